package import CanaryCore
package import CanaryTelemetry

/// Takes a recording (`haldane.windows/1`) as history: each of its runs is a stretch of its own.
///
/// Bytes in chunks of any size. Recordings carry no times, so the windows of a run get times that count from the start of the
/// recording, one run after another. Bounded by the longest line, `mostRuns` and the pods that a history keeps.
package struct RecordedHistory: Sendable {
    private struct Run {
        var windows: [TimedWindow] = []
    }

    private var reader = RecordedWindowReader()
    private var runs: [Run] = []
    /// The run that has a name now; a name that comes back after its end is another run.
    private var open: [String: Int] = [:]
    private var carry: [UInt8] = []
    private var podWindows = 0
    private var dropped = 0

    package init() {}

    package mutating func feed(_ chunk: [UInt8]) throws(RecordedWindowError) {
        var start = 0
        while start < chunk.count, let newline = chunk[start...].firstIndex(of: 0x0A) {
            carry.append(contentsOf: chunk[start..<newline])
            try takeCarry()
            start = newline + 1
        }
        if start < chunk.count { carry.append(contentsOf: chunk[start...]) }
        guard carry.count <= RecordedWindowReader.longestLine else {
            throw RecordedWindowError(
                line: reader.lineNumber + 1,
                column: RecordedWindowReader.longestLine + 1,
                message: "a line of more than \(RecordedWindowReader.longestLine) bytes"
            )
        }
    }

    /// The history once the input is over; a last line needs no newline.
    package mutating func finish(origin: String) throws(RecordedWindowError) -> RehearsalHistory {
        if !carry.isEmpty { try takeCarry() }
        guard reader.bounds != nil else {
            throw RecordedWindowError(
                line: max(reader.lineNumber, 1),
                column: 1,
                message: "the input ended before a header: {\"schema\":\"haldane.windows/1\",…}"
            )
        }
        var stretches: [[TimedWindow]] = []
        var start = Timestamp(milliseconds: 0)
        for run in runs where !run.windows.isEmpty {
            var at = start
            let windows = run.windows.map { timed in
                at = at.advanced(by: .seconds(timed.window.seconds))
                return TimedWindow(at: at, window: timed.window)
            }
            stretches.append(windows)
            start = at
        }
        let notes =
            dropped == 0
            ? []
            : [
                "only the beginning of the recording was taken: at most "
                    + "\(Phrase.count(RehearsalHistory.mostPodWindows)) windows of single pods are kept, and \(Phrase.count(dropped)) windows were left out"
            ]
        return RehearsalHistory(runs: stretches, origin: origin, hasClock: false, notes: notes)
    }

    private mutating func takeCarry() throws(RecordedWindowError) {
        let line = try reader.read(line: carry)
        carry.removeAll(keepingCapacity: carry.capacity <= 1 << 20)
        switch line {
        case .blank, .header:
            return
        case .end(let name):
            open[name] = nil
        case .window(let name, let window):
            try keep(window, of: name)
        }
    }

    private mutating func keep(_ window: Window, of name: String) throws(RecordedWindowError) {
        guard podWindows < RehearsalHistory.mostPodWindows else {
            dropped += 1
            return
        }
        var kept = window
        kept.canary = []
        // Absurd lengths would make absurd times.
        kept.seconds = min(max(kept.seconds.isFinite ? kept.seconds : 0, 0), 86_400)
        podWindows += max(kept.stable.count, 1)
        let timed = TimedWindow(at: Timestamp(milliseconds: 0), window: kept)
        if let index = open[name] {
            runs[index].windows.append(timed)
            return
        }
        guard open.count < Self.mostRuns, runs.count < Self.mostRuns else {
            throw RecordedWindowError(
                line: reader.lineNumber,
                column: 1,
                message: "more than \(Phrase.count(Self.mostRuns)) runs"
            )
        }
        open[name] = runs.count
        runs.append(Run(windows: [timed]))
    }

    private static let mostRuns = 10_000
}
