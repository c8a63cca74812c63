"""What private numbers and addresses look like, where Presidio's own patterns do not know them, and the words beside
which a weak pattern is one. Imported by worker processes only, as `recognisers` is."""

from presidio_analyzer import Pattern

ADDRESS = Pattern("address", r"\b(?:https?://|www\.)[^\s<>\"'()\[\]]+[^\s<>\"'()\[\].,;:!?]", 0.6)
ABROAD = Pattern("with country code", r"(?<![\w+])\+\d[\d .()/-]{7,18}\d(?!\w)", 0.4)
DIALLED = Pattern(  # seven digits at least, and no date
    "weak, only beside a word for it",
    r"(?<![\w.,$€£+-])(?!\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\b(?![./-]\d))(?=(?:\D?\D?\d){7})"
    r"\(?\d{2,4}\)?(?:[ ./-]\d{2,4}){1,4}(?![\w%]|,\d)",
    0.05,
)
GROUPED = Pattern(  # as dialled within a country: a leading zero, three groups or more
    "with a leading zero",
    r"(?<![\w.,$€£+-])(?:\(0\d{1,4}\)|0\d{1,4})(?:[ .-]\d{2,4}){2,4}(?![\w%-]|,\d)",
    0.4,
)
NORTH_AMERICAN = Pattern(  # with an extension, which Presidio's own leaves over
    "with an extension",
    r"(?<![\w.,$€£+-])(?:(?:\+?1|001)[-. ]?)?\(?[2-9]\d{2}\)?[-. ]?\d{3}[-. ]\d{4}"
    r"[ ]?(?:x|ext\.?[ ]?)\d{1,6}(?!\w)",
    0.7,
)
CHINESE = Pattern(  # mobiles, as they are written in groups
    "mobile in groups", r"(?<![\w.,$€£+-])1[3-9]\d[ -]\d{4}[ -]\d{4}(?![\d%-]|,\d)", 0.5
)
PHONES = (ABROAD, GROUPED, NORTH_AMERICAN, CHINESE, DIALLED)
SSN = Pattern(  # Presidio drops those that everybody has seen; whoever writes one means it
    "with hyphens", r"(?<![\w.,-])(?!000|666)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w-])", 0.65
)
IBANS = (  # Presidio knows them in capitals, in groups of four
    Pattern("without gaps", r"(?<!\w)[A-Z]{2}\d{2}[A-Z0-9]{11,30}(?!\w)", 0.5),
    Pattern("digits in groups", r"(?<!\w)[A-Z]{2}\d{2}(?:[ -]?\d{4}){2,6}(?:[ -]?\d{1,3})?(?!\w)", 0.5),
)
WRITTEN_OTHERWISE = Pattern(  # the sign in words, or as pages and addresses have it
    "sign in words", r"(?<![\w.+-])[\w.+-]{1,64}(?:%40|&#64;| ?[\[(]at[\])] ?)[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}\b", 0.6
)
AT_HOME = Pattern("on this machine", r"(?<![\w.+-])[\w.+-]{1,64}@localhost\b", 0.6)
PASSPORTS = (
    Pattern("letters and digits, only beside a word for it", r"\b[A-Z]{1,2}\d{6,8}\b", 0.05),
    Pattern("nine signs, only beside a word for it", r"\b(?=\w*\d)[CFGHJKLMNPRTVWXYZ]\w{8}\b", 0.05),
)
ETHEREUM = Pattern("Ethereum", r"\b0x[0-9a-f]{40}\b", 0.9)
OTHER_CARDS = Pattern(  # Mastercard's second series, Maestro, JCB, long and short Visa: Presidio's own knows them not
    "other cards",
    r"\b(?:2[2-7]\d{2}(?:[- ]?\d{4}){3}|(?:50\d\d|5[678]\d\d|6\d{3})\d{8,15}|(?:2131|1800)\d{11}|4\d{12}(?:\d{6})?)\b",
    0.3,
)
CALLED_BY = [
    "phone",
    "telephone",
    "tel",
    "cell",
    "cellphone",
    "mobile",
    "call",
    "fax",
    "office",
    "desk",
    "sms",
    "whatsapp",
    "dial",
    "hotline",
    "reach",
    "ring",
    "telefon",
    "teléfono",
    "móvil",
    "téléphone",
    "telefono",
    "cellulare",
]
CALLED_PASSPORT = ["passport", "travel document", "reisepass", "passeport", "pasaporte", "passaporto"]
