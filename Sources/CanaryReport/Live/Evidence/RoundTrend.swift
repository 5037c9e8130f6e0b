import CanaryTelemetry

/// The shares of failed requests in the last rounds, of both versions, as small pictures.
struct RoundTrend: Sendable {
    /// One round.
    private struct Round: Sendable {
        var stable: Double?
        var canary: Double?
    }

    private var rounds: [Round] = []

    /// Notes a round; one that could not be judged leaves a gap.
    mutating func add(_ window: Window) {
        let isUsable = window.quality.unusable == nil
        rounds.append(
            Round(
                stable: isUsable ? Self.share(window.stable) : nil,
                canary: isUsable ? Self.share(window.canary) : nil
            )
        )
        if rounds.count > Self.most { rounds.removeFirst() }
    }

    /// The lines' pictures over at most `cells` rounds and what a full cell stands for; nil without any request.
    func pictures(cells: Int, style: Style) -> (stable: String, canary: String, rounds: Int, top: Double)? {
        let shown = rounds.suffix(max(min(cells, Self.most), 1))
        guard let top = shown.flatMap({ [$0.stable, $0.canary] }).compactMap({ $0 }).max() else { return nil }
        func picture(_ side: (Round) -> Double?) -> String {
            shown.map { Self.cell(side($0), top: top, style: style) }.joined()
        }
        return (picture(\.stable), picture(\.canary), shown.count, top)
    }

    private static func cell(_ share: Double?, top: Double, style: Style) -> String {
        let levels = style.hasSymbols ? symbols : plain
        guard let share else { return " " }
        guard top > 0 else { return levels[0] }
        let level = Int((min(max(share / top, 0), 1) * Double(levels.count - 1)).rounded())
        return levels[level]
    }

    private static func share(_ pods: [PodWindow]) -> Double? {
        var (failures, total) = (0, 0)
        for pod in pods {
            failures = failures &+ pod.failures
            total = total &+ pod.total
        }
        return total > 0 ? min(max(Double(failures) / Double(total), 0), 1) : nil
    }

    private static let most = 60
    private static let symbols = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
    private static let plain = ["_", ".", "-", "=", "#"]
}
