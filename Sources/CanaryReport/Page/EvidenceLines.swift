import CanaryCore
import CanaryStatistics

/// The lines of the evidence's pictures: everything together, errors, the latency edge that matters, metrics of one's own.
struct EvidenceLines: Sendable {
    /// In decades of odds.
    let harm: [TimeSeries]
    let safety: [TimeSeries]
    /// In nats.
    let harmThreshold: Double
    let safetyThreshold: Double

    private static let mostCustom = 3

    init(_ view: StoryView, _ indices: [Int]) {
        let moments = view.story.moments
        let tracks = view.story.tracks
        func threshold(_ values: [Double?], else usual: Double) -> Double {
            values.compactMap { $0 }.first { $0.isFinite && $0 > 0 } ?? usual
        }
        harmThreshold = threshold(
            [view.verdict?.harmThreshold, moments.last { $0.harmThreshold != nil }?.harmThreshold],
            else: Elementary.log(100)
        )
        let safe = threshold(
            [view.verdict?.safetyThreshold, moments.last { $0.safetyThreshold != nil }?.safetyThreshold],
            else: Elementary.log(20)
        )
        safetyThreshold = safe

        func series(
            _ label: String,
            _ role: ChartRole,
            variant: Int,
            _ value: (Int) -> Double?
        ) -> TimeSeries? {
            let points = indices.map {
                TimeSeries.Point(at: moments[$0].at, value: value($0).map(EvidenceSection.log10))
            }
            return points.contains { $0.value != nil }
                ? TimeSeries(label, role: role, variant: variant, points: points) : nil
        }
        func known(_ track: EvidenceTrack, _ index: Int) -> EvidenceTrack.Value? {
            track.values.indices.contains(index) ? track.values[index] : nil
        }
        let errors = tracks.first { $0.name == "errors" }
        let latency = tracks.filter { $0.edge != nil && !$0.isCustom }
        let custom = tracks.filter(\.isCustom).prefix(Self.mostCustom)

        var harm: [TimeSeries?] = []
        if let errors {
            harm.append(series("errors", .neutral, variant: 1) { known(errors, $0)?.harm })
        }
        harm.append(
            series("latency", .neutral, variant: 2) { index in latency.compactMap { known($0, index)?.harm }.max() }
        )
        for track in custom {
            harm.append(series(PageText.plain(track.label), .neutral, variant: 3) { known(track, $0)?.harm })
        }
        harm.append(series("all together", .harm, variant: 0) { moments[$0].harm })
        self.harm = harm.compactMap { $0 }

        /// What was proved once stays proved, whatever the present value.
        func safety(_ value: EvidenceTrack.Value?) -> Double? {
            value.flatMap { value in value.safety.map { value.isProved ? max($0, safe) : $0 } }
        }
        var proved: [TimeSeries?] = []
        if let errors {
            proved.append(series("errors", .safety, variant: 0) { safety(known(errors, $0)) })
        }
        proved.append(
            series("latency", .safety, variant: 1) { index in latency.compactMap { safety(known($0, index)) }.min() }
        )
        for track in custom {
            proved.append(series(PageText.plain(track.label), .safety, variant: 2) { safety(known(track, $0)) })
        }
        self.safety = proved.compactMap { $0 }
    }

    var isEmpty: Bool { harm.isEmpty && safety.isEmpty }
}
