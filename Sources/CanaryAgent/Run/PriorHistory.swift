import CanaryCore
import CanaryJournal
import CanaryTelemetry

/// Stable's windows of earlier runs, so that a new run need not watch again.
enum PriorHistory {
    /// Usable windows of the newest earlier run of the same workload and telemetry, not older than 6 hours.
    ///
    /// A journal that cannot be read, or belongs to something else, gives nothing: history is then watched anew.
    static func windows(from runs: [JournalFile], for header: RunHeader) -> [Window] {
        guard let newest = runs.last else { return [] }
        var codec = JournalCodec()
        var old: RunHeader?
        var evidence: Window?
        var kept: [(at: Timestamp, window: Window)] = []
        _ = try? JournalReader.forEachRecord(path: newest.path) { record in
            guard let oldHeader = old else {
                guard let found = try? codec.decodeHeader(record), isSame(found, header) else { return .stop }
                old = found
                return .next
            }
            _ = oldHeader
            guard let entry = try? codec.decode(record) else { return .stop }
            switch entry {
            case .window(let window):
                evidence = window
            case .event(.recalled, let at):
                keep(&evidence, at, &kept)
            case .event(.judged(let context, _), let at):
                if context.phase == .watching || context.phase == .analyzing { keep(&evidence, at, &kept) } else { evidence = nil }
            case .event:
                break
            }
            return .next
        }
        guard let last = kept.last?.at, header.startedAt.since(last) <= oldest, last <= header.startedAt else { return [] }
        return kept.drop { header.startedAt.since($0.at) > oldest }.map(\.window)
    }

    private static func keep(_ evidence: inout Window?, _ at: Timestamp, _ kept: inout [(at: Timestamp, window: Window)]) {
        guard var window = evidence else { return }
        evidence = nil
        guard window.quality.unusable == nil, !window.stable.isEmpty else { return }
        window.canary = []
        window.weight = nil
        window.isHistory = true
        window.quality = WindowQuality()
        kept.append((at, window))
        if kept.count > most { kept.removeFirst(most / 4) }
    }

    private static func isSame(_ old: RunHeader, _ new: RunHeader) -> Bool {
        old.stable == new.stable && old.spec.telemetry == new.spec.telemetry
            && old.spec.pace.interval == new.spec.pace.interval && old.spec.namespace == new.spec.namespace
    }

    private static let oldest = Duration.seconds(6 * 3600)
    private static let most = 20_000
}
