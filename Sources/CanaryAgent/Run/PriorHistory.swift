package import CanaryCore
package import CanaryJournal
import CanaryTelemetry

/// Stable's windows of earlier runs, so that a new run need not watch again.
package enum PriorHistory {
    /// Usable windows of the newest earlier run of the same workload and telemetry, not older than 6 hours.
    ///
    /// A journal that cannot be read, or belongs to something else, gives nothing: history is then watched anew.
    package static func windows(from runs: [JournalFile], for header: RunHeader) -> [TimedWindow] {
        guard let newest = runs.last else { return [] }
        var codec = JournalCodec()
        var isKnown = false
        var evidence: Window?
        var kept = Kept()
        _ = try? JournalReader.forEachRecord(path: newest.path) { record in
            guard isKnown else {
                guard let found = try? codec.decodeHeader(record), isSame(found, header) else { return .stop }
                isKnown = true
                return .next
            }
            guard let entry = try? codec.decode(record) else { return .stop }
            switch entry {
            case .window(let window):
                evidence = window
            case .event(.recalled, let at):
                kept.append(evidence, at: at)
                evidence = nil
            case .event(.judged(let context, _), let at):
                if context.phase == .watching || context.phase == .analyzing { kept.append(evidence, at: at) }
                evidence = nil
            case .event:
                break
            }
            return .next
        }
        guard let last = kept.windows.last?.at, last <= header.startedAt else { return [] }
        return kept.windows.filter { header.startedAt.since($0.at) <= oldest }
    }

    private static func isSame(_ old: RunHeader, _ new: RunHeader) -> Bool {
        old.stable == new.stable && old.spec.telemetry == new.spec.telemetry
            && old.cluster == new.cluster && old.spec.pace.interval == new.spec.pace.interval
            && old.spec.namespace == new.spec.namespace && isSameRevision(old.release, new.release)
    }

    /// What another revision of stable did says nothing about this one; where revisions are not known, as in a file, the
    /// destination has to do.
    private static func isSameRevision(_ old: Rollout.Release?, _ new: Rollout.Release?) -> Bool {
        guard let old = old?.stable, let new = new?.stable, !old.isEmpty, !new.isEmpty else { return true }
        return Set(old) == Set(new)
    }

    private static let oldest = Duration.seconds(6 * 3600)
}

/// The newest windows, bounded in number and in pods over all of them.
private struct Kept {
    private(set) var windows: [TimedWindow] = []
    private var pods = 0

    /// Keeps stable's part of a usable window.
    mutating func append(_ evidence: Window?, at: Timestamp) {
        guard var window = evidence, window.quality.unusable == nil, !window.stable.isEmpty else { return }
        window.canary = []
        window.weight = nil
        window.isHistory = true
        window.quality = WindowQuality()
        windows.append(TimedWindow(at: at, window: window))
        pods += window.stable.count
        guard windows.count > Self.mostWindows || pods > Self.mostPods else { return }
        // A quarter at a time, so that a long journal is not moved once a window.
        windows.removeFirst(max(windows.count / 4, 1))
        pods = windows.reduce(0) { $0 + $1.window.stable.count }
    }

    private static let mostWindows = 20_000
    private static let mostPods = 400_000
}
