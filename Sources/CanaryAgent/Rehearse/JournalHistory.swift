package import CanaryCore
package import CanaryJournal
import CanaryTelemetry

/// The stable version's windows of earlier runs, each run a stretch of its own.
///
/// As for the history of a new run, windows count from before the first step and from the steps below 100 %; unlike there, runs of
/// any age count, and windows that could not be judged stay in their place.
package enum JournalHistory {
    /// The history of the runs of this spec's stable version; what cannot be read, or belongs to something else, is counted in a note.
    package static func read(_ files: [JournalFile], spec: CanarySpec, origin: String) -> RehearsalHistory {
        var runs: [[TimedWindow]] = []
        var podWindows = 0
        var skipped = 0
        // The newest first, until there is enough.
        for file in files.reversed().prefix(mostRuns) where podWindows < RehearsalHistory.mostPodWindows {
            guard let windows = windows(of: file, spec: spec) else {
                skipped += 1
                continue
            }
            podWindows += windows.reduce(0) { $0 + max($1.window.stable.count, 1) }
            if !windows.isEmpty { runs.append(windows) }
        }
        var notes: [String] = []
        if skipped > 0 {
            notes.append(
                "\(skipped) of \(files.count) journals belong to another version or other telemetry, or cannot be read, and were left out"
            )
        }
        return RehearsalHistory(runs: runs.reversed(), origin: origin, hasClock: true, notes: notes)
    }

    /// Nil if the run is another canary's, or the journal cannot be read at all.
    private static func windows(of file: JournalFile, spec: CanarySpec) -> [TimedWindow]? {
        var codec = JournalCodec()
        var isKnown = false
        var evidence: Window?
        var windows: [TimedWindow] = []
        // A torn end loses what is behind it, which is nothing for a history.
        _ = try? JournalReader.forEachRecord(path: file.path) { record in
            guard isKnown else {
                guard let header = try? codec.decodeHeader(record), isOf(header, spec) else { return .stop }
                isKnown = true
                return .next
            }
            guard let entry = try? codec.decode(record) else { return .stop }
            switch entry {
            case .window(let window):
                evidence = window
            case .event(.recalled, _):
                // The run that it was taken from has it too.
                evidence = nil
            case .event(.judged(let context, _), let at):
                if let window = evidence, context.phase == .watching || context.phase == .analyzing {
                    windows.append(TimedWindow(at: at, window: window))
                }
                evidence = nil
            case .event:
                break
            }
            return windows.count < mostWindows ? .next : .stop
        }
        return isKnown ? windows : nil
    }

    private static func isOf(_ header: RunHeader, _ spec: CanarySpec) -> Bool {
        let named = spec.route.stable
        // A spec may leave its destinations to the route.
        let isBlank = named.label == "?"
        return header.purpose == nil && header.spec.namespace == spec.namespace && header.spec.name == spec.name
            && header.spec.telemetry == spec.telemetry && (isBlank ? header.roles == .asNamed : header.stable == named)
    }

    private static let mostRuns = 1000
    private static let mostWindows = 20_000
}
