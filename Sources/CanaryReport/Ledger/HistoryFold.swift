package import CanaryCore
import CanaryTelemetry

/// Folds the entries of a journal into the row of a list; in constant memory, and without judging anything again.
package struct HistoryFold: Sendable {
    package private(set) var row: HistoryRow
    private var window: Window?

    package init(header: RunHeader) {
        row = HistoryRow(header: header)
        row.startedBy = header.by
    }

    /// Takes the next entry, in the journal's order.
    package mutating func add(_ entry: JournalEntry) {
        switch entry {
        case .window(let window): self.window = window
        case .event(.judged, let at): judged(at: at)
        case .event(let event, let at): add(event, at)
        }
    }

    /// Notes that the last window was judged; of the verdict itself a row says nothing.
    package mutating func judged(at: Timestamp) {
        touch(at)
        guard let window else { return }
        func sum(_ total: inout Int, _ more: Int) { total = total.addingReportingOverflow(more).partialValue }
        sum(&row.stableRequests, window.stableTotal)
        sum(&row.canaryRequests, window.canaryTotal)
        sum(&row.stableFailures, window.stable.reduce(0) { $0 &+ $1.failures })
        sum(&row.canaryFailures, window.canary.reduce(0) { $0 &+ $1.failures })
        self.window = nil
    }

    /// Whether the pods' hashes are known: later ones say nothing more.
    package var hasRelease: Bool { !row.canary.hashes.isEmpty }

    private mutating func add(_ event: JournalEvent, _ at: Timestamp) {
        // History that was taken over is older than the run.
        if event == .recalled {
            window = nil
            return
        }
        touch(at)
        switch event {
        case .input(let input): add(input, at)
        case .notice(let notice): add(notice)
        case .interrupted(let reason): row.interruption = reason
        case .resumed: row.interruption = nil
        case .restored(let state, _): restored(state)
        case .finished(let outcome): row.outcome = outcome
        case .judged, .recalled, .intent: break
        }
    }

    /// Goes on from the account of what another journal tells in full.
    private mutating func restored(_ state: RunState) {
        let ledger = state.ledger
        row.interruption = nil
        row.stableRequests = ledger.stableRequests
        row.canaryRequests = ledger.canaryRequests
        row.stableFailures = ledger.stableFailures
        row.canaryFailures = ledger.canaryFailures
        let percents =
            ledger.steps.map(\.percent)
            + [state.rollout.route?.weights.canaryPercent ?? 0, ledger.untold?.highestPercent ?? 0]
        for percent in percents where percent.isFinite {
            row.reachedPercent = max(row.reachedPercent, min(percent, 100))
        }
        if let release = state.rollout.release, !hasRelease {
            row.stable.hashes = Array(release.stable.prefix(Self.mostHashes))
            row.canary.hashes = Array(release.canary.prefix(Self.mostHashes))
        }
    }

    private mutating func add(_ input: Rollout.Input, _ at: Timestamp) {
        switch input {
        case .routeRead(let snapshot), .applied(let snapshot):
            let percent = snapshot.weights.canaryPercent
            if percent.isFinite { row.reachedPercent = max(row.reachedPercent, min(percent, 100)) }
        case .command(let command):
            let said = HistoryRow.Command(at: at, verb: command.verb.rawValue, by: command.by, reason: command.reason)
            row.commandCount += 1
            row.lastCommand = said
            if row.commands.count < Self.mostCommands { row.commands.append(said) }
        case .population(let population?) where !hasRelease:
            row.stable.hashes = Array(population.stable.hashes.prefix(Self.mostHashes))
            row.canary.hashes = Array(population.canary.hashes.prefix(Self.mostHashes))
        default:
            break
        }
    }

    /// A release that is tried again says at the start who wants it.
    private mutating func add(_ notice: Notice) {
        let begin = "tried again by the operator: "
        guard notice.reason.label == "retry", row.startedBy == nil, notice.reason.text.hasPrefix(begin) else { return }
        let name = notice.reason.text.dropFirst(begin.count).prefix { $0 != ":" }
        if !name.isEmpty { row.startedBy = String(name) }
    }

    private mutating func touch(_ at: Timestamp) { row.endedAt = max(row.endedAt, at) }

    private static let mostCommands = 20
    private static let mostHashes = 20
}
