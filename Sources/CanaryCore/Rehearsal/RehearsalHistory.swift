import CanaryTelemetry

/// The stable version's stored windows, as far as rehearsals may use them.
///
/// Only stable's part is kept: what an earlier canary did is no history of the version that stays. Gaps and windows that cannot be
/// judged stay as they are, because a rollout would meet them too.
package struct RehearsalHistory: Sendable, Hashable {
    /// A stretch without a gap, oldest first: one run of a recording or a journal, or what an archive gave.
    package struct Segment: Sendable, Hashable {
        package let windows: [TimedWindow]
        /// The first and the last window in which a pod is listed.
        let lives: [String: ClosedRange<Int>]

        init(_ windows: [TimedWindow]) {
            self.windows = windows
            var lives: [String: ClosedRange<Int>] = [:]
            for (index, timed) in windows.enumerated() {
                for pod in timed.window.stable { lives[pod.pod] = (lives[pod.pod]?.lowerBound ?? index)...index }
            }
            self.lives = lives
        }

        /// From the start of the first window to the end of the last one.
        package var seconds: Double { span(from: 0) }

        /// From the start of a window to the end of the last one.
        func span(from index: Int) -> Double {
            guard windows.indices.contains(index), let last = windows.last else { return 0 }
            return last.at.since(windows[index].at).inSeconds + windows[index].window.seconds
        }
    }

    package private(set) var segments: [Segment]
    /// The usual length of a window.
    package let step: Duration
    /// Whether the times are those of a clock; a recording has none, and its times count from its start.
    package let hasClock: Bool
    /// Where it comes from, as people call it: a server, a file, a folder of journals.
    package let origin: String
    /// What a reader must know of it.
    package private(set) var notes: [String]

    /// - Parameters:
    ///   - runs: the windows of each source of history, each in order of time. Both sides may be there; see `isExchanged`.
    ///   - isExchanged: the windows' canary side is the version that carries the traffic.
    package init(
        runs: [[TimedWindow]],
        origin: String,
        hasClock: Bool,
        isExchanged: Bool = false,
        notes: [String] = []
    ) {
        var kept: [Segment] = []
        var room = Self.mostPodWindows
        var dropped = 0
        // The newest are kept where there is not room for all.
        for run in runs.reversed() {
            var windows: [TimedWindow] = []
            var previous: TimedWindow?
            func close() {
                if !windows.isEmpty { kept.append(Segment(Self.trimmed(windows.reversed()))) }
                windows = []
            }
            for timed in run.reversed() {
                guard let stable = Self.stable(timed, isExchanged: isExchanged) else { continue }
                let pods = max(stable.window.stable.count, 1)
                guard pods <= room else {
                    dropped += 1
                    room = 0
                    continue
                }
                room -= pods
                if let later = previous, !Self.follows(stable, later) { close() }
                windows.append(stable)
                previous = stable
            }
            close()
        }
        segments = kept.reversed()
        self.origin = origin
        self.hasClock = hasClock
        self.notes = notes
        if dropped > 0 {
            self.notes.append(
                "\(Phrase.count(dropped)) older windows were left out: at most \(Phrase.count(Self.mostPodWindows)) "
                    + "windows of single pods are kept"
            )
        }
        let lengths = segments.flatMap { $0.windows.map(\.window.seconds) }.sorted()
        step = lengths.isEmpty ? .zero : .seconds(lengths[lengths.count / 2])
    }

    /// The stored telemetry of an archive; the named stable is it unless it had lost the traffic at the beginning.
    package init(_ past: PastTelemetry, origin: String) {
        let carried = CarriedTraffic(atBeginningOf: past.windows)
        let isExchanged = carried.roles == .exchanged
        let notes =
            isExchanged
            ? ["the spec's canary carried the traffic at the beginning: its history is rehearsed"]
            : [carried.note(naming: "the spec's stable version")].compactMap { $0 }
        self.init(
            runs: [past.windows],
            origin: origin,
            hasClock: true,
            isExchanged: isExchanged,
            notes: notes + past.notes
        )
    }

    /// Without the dark time before the first and after the last window that can be judged: nobody begins a rollout where nothing
    /// is collected yet. A stretch that is dark throughout stays, so that it can be told.
    private static func trimmed(_ windows: [TimedWindow]) -> [TimedWindow] {
        func isLit(_ timed: TimedWindow) -> Bool {
            timed.window.quality.unusable == nil && !timed.window.stable.isEmpty
        }
        guard let first = windows.firstIndex(where: isLit), let last = windows.lastIndex(where: isLit) else {
            return windows
        }
        return Array(windows[first...last])
    }

    /// Windows of one pod that are kept at most: about 200 MB.
    package static let mostPodWindows = 500_000

    /// Whether `window` ends about where `later` begins.
    private static func follows(_ window: TimedWindow, _ later: TimedWindow) -> Bool {
        let gap = later.at.since(window.at).inSeconds - later.window.seconds
        return gap > -later.window.seconds && gap < 5 * later.window.seconds
    }

    /// Stable's part of a window; nil for what is no window at all, as the round of the baselines.
    private static func stable(_ timed: TimedWindow, isExchanged: Bool) -> TimedWindow? {
        let window = timed.window
        guard window.seconds.isFinite, window.seconds > 0, window.seconds < 86_400,
            window.quality.unusable != .baseline
        else { return nil }
        let side: WindowQuality.Side = isExchanged ? .canary : .stable
        var kept = WindowQuality()
        kept.unusable = window.quality.unusable.flatMap { concerns($0, side) ? $0 : nil }
        kept.faults = window.quality.faults.compactMap { fault in
            guard fault.side == side else { return nil }
            var fault = fault
            fault.side = .stable
            return fault
        }
        let pods = isExchanged ? window.canary : window.stable
        let names = Set(pods.map(\.pod))
        kept.restarts = window.quality.restarts.filter { names.contains($0) }
        return TimedWindow(
            at: timed.at,
            window: Window(
                seconds: window.seconds,
                isHistory: true,
                bounds: window.bounds,
                stable: pods.count == names.count ? pods : [],
                quality: kept
            )
        )
    }

    private static func concerns(_ unusable: WindowQuality.Unusable, _ side: WindowQuality.Side) -> Bool {
        switch unusable {
        case .tooFewPods(let other, _, _), .tooManyFailures(let other, _, _): other == side || other == .unknown
        case .noIstioSeries, .nothingScraped, .baseline, .source: true
        }
    }
}
