"""Many random trees, as arrays: what stands together counts, which a linear model cannot see.

Extremely randomised trees (Geurts, Ernst and Wehenkel 2006) as scikit-learn grows them; here they are only walked.
"""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from ratchet_modelfile import must

Int32s = NDArray[np.int32]
Float32s = NDArray[np.float32]
Floats = NDArray[np.float64]

AT_ONCE = 256  # rows that are walked side by side
LEAF = -1


@dataclass(frozen=True, slots=True)
class Forest:
    """The nodes of all trees, one tree after the other."""

    roots: Int32s  # of each tree
    feature: Int32s  # that a node looks at, or LEAF
    threshold: Float32s  # up to which it goes left
    left: Int32s  # nodes
    right: Int32s
    leaf: Int32s  # of each node, its row in `values`
    values: Float32s  # (leaves, outputs)

    def __post_init__(self) -> None:
        nodes, inner = len(self.feature), self.feature != LEAF
        each = (self.feature, self.threshold, self.left, self.right, self.leaf)
        must(all(one.shape == (nodes,) for one in each), "nodes have other parts")
        must(self.roots.ndim == 1 and self.values.ndim == 2, "a forest has another form")
        must(bool((self.feature >= LEAF).all()), "a node looks at nothing")
        must(len(self.roots) > 0 and nodes > 0 and len(self.values) > 0, "a forest has no trees")
        must(bool(((self.roots >= 0) & (self.roots < nodes)).all()), "a tree begins nowhere")
        must(bool(((self.leaf >= 0) & (self.leaf < len(self.values))).all()), "a leaf has no value")
        after = np.arange(nodes)[inner]  # children come later, so that each walk ends
        for child in (self.left[inner], self.right[inner]):
            must(bool(((child > after) & (child < nodes)).all()), "a node leads nowhere")

    @classmethod
    def of(cls, grown: Any, *, shares: bool) -> Self:
        """`grown`: a fitted ensemble of scikit-learn. `shares`: its values are scaled to add up to 1."""
        trees = [one.tree_ for one in grown.estimators_]
        roots = np.cumsum([0, *(tree.node_count for tree in trees[:-1])])
        feature = np.concatenate([tree.feature for tree in trees])
        is_leaf = feature < 0
        values = np.concatenate([tree.value[:, 0, :] for tree in trees])[is_leaf]
        if shares:
            values = values / np.maximum(values.sum(axis=1, keepdims=True), 1e-12)
        return cls(
            roots.astype(np.int32),
            np.where(is_leaf, LEAF, feature).astype(np.int32),
            np.concatenate([tree.threshold for tree in trees]).astype(np.float32),
            _children(trees, roots, "children_left"),
            _children(trees, roots, "children_right"),
            np.maximum(np.cumsum(is_leaf) - 1, 0).astype(np.int32),
            values.astype(np.float32),
        )

    @property
    def features(self) -> int:
        """How many at least a row must have."""
        return int(self.feature.max(initial=LEAF)) + 1

    def __call__(self, rows: Float32s) -> Floats:
        """(rows, features) to (rows, outputs): the mean over the trees."""
        parts = [self._walked(rows[at : at + AT_ONCE]) for at in range(0, len(rows), AT_ONCE)]
        return np.concatenate(parts) if parts else np.zeros((0, self.values.shape[1]))

    def _walked(self, rows: Float32s) -> Floats:
        count, width = rows.shape
        trees, values = len(self.roots), rows.ravel()
        node = np.tile(self.roots, count)  # of each row in each tree
        place = np.arange(len(node))
        of_row = np.repeat(np.arange(count) * width, trees)  # where its values begin
        at = node
        while len(place):
            feature = self.feature.take(at)
            inner = np.flatnonzero(feature != LEAF)
            if len(inner) < len(place):
                place, of_row = place.take(inner), of_row.take(inner)
                at, feature = at.take(inner), feature.take(inner)
            goes_left = values.take(of_row + feature) <= self.threshold.take(at)
            at = np.where(goes_left, self.left.take(at), self.right.take(at))
            node[place] = at
        reached: Floats = self.values[self.leaf[node]].reshape(count, trees, -1).mean(axis=1, dtype=np.float64)
        return reached


def _children(trees: list[Any], roots: NDArray[np.int64], which: str) -> Int32s:
    each = [getattr(tree, which) + root for tree, root in zip(trees, roots, strict=True)]
    return np.concatenate(each).astype(np.int32)
