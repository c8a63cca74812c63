"""The embedded stack: a Kafka-protocol broker and a MongoDB-protocol store as child processes. Linux and macOS."""
