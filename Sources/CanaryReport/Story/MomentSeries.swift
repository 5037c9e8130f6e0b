import CanaryCore

/// Moments in order, at most `limit` of them: when there are more, neighbours are merged and a moment takes twice the windows.
///
/// The comparison is what a story is about: while the time beside it takes more than a quarter of the moments, that is thinned.
struct MomentSeries: Sendable {
    private(set) var drafts: [MomentDraft] = []
    /// The most windows of one moment of the comparison, and of one beside it.
    private var closeStride = 1
    private var calmStride = 1
    private let limit: Int

    init(limit: Int) {
        self.limit = max(limit, 2)
    }

    mutating func add(_ draft: MomentDraft) {
        if let last = drafts.indices.last, drafts[last].key == draft.key, drafts[last].windows < stride(draft) {
            drafts[last].merge(draft)
            return
        }
        drafts.append(draft)
        if drafts.count > limit { thin() }
    }

    private func stride(_ draft: MomentDraft) -> Int { draft.key.isCompared ? closeStride : calmStride }

    private mutating func thin() {
        let windows = drafts.reduce(0) { $0 &+ $1.windows }
        while drafts.count > limit, closeStride < windows {
            let calm = drafts.count { !$0.key.isCompared }
            if calm > limit / 4, calmStride < windows {
                calmStride = calmStride &* 2
            } else {
                closeStride = closeStride &* 2
            }
            mergeNeighbours()
        }
        // Only where weights or phases change nearly as often as windows end.
        while drafts.count > limit {
            var pairs: [MomentDraft] = []
            pairs.reserveCapacity((drafts.count + 1) / 2)
            for (index, draft) in drafts.enumerated() {
                if index % 2 == 0 { pairs.append(draft) } else { pairs[pairs.count - 1].merge(draft) }
            }
            drafts = pairs
        }
    }

    private mutating func mergeNeighbours() {
        var merged: [MomentDraft] = []
        merged.reserveCapacity(drafts.count)
        for draft in drafts {
            if let last = merged.indices.last, merged[last].key == draft.key,
                merged[last].windows &+ draft.windows <= stride(draft)
            {
                merged[last].merge(draft)
            } else {
                merged.append(draft)
            }
        }
        drafts = merged
    }
}

extension MomentDraft.Key {
    /// Whether the versions were compared side by side.
    var isCompared: Bool { phase == .analyzing }
}
