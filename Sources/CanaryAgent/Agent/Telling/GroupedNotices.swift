package import CanaryCore
import Synchronization

/// Collects notices of one cause from many runs, so that a server that dies under twenty rollouts is one message and not twenty.
///
/// Only causes that lie outside of the releases are collected: telemetry or the API that is away, a gate that closes. A proved
/// regression is told at once, each by itself.
package final class GroupedNotices: Sendable {
    private struct Group {
        var progress: [RunProgress] = []
        var deliver: @Sendable (RunProgress) async -> Void
    }

    private struct Key: Hashable {
        var cause: String
        var audience: [NotifyTarget]
    }

    private struct State {
        var groups: [Key: Group] = [:]
        var timers: [Key: Task<Void, Never>] = [:]
        var isClosed = false
    }

    private let state = Mutex(State())
    private let window: Duration
    private let speaker: String?
    private let sleep: @Sendable (Duration) async throws -> Void

    /// Of one group; more are counted and not named.
    private static let largest = 500

    /// - Parameters:
    ///   - window: how long equal causes are waited for after the first.
    ///   - speaker: the replica of the agent whose rollouts these are. Each tells of its own: one that spoke for all would say nothing of
    ///     what only the others see, or when it is the one that is gone.
    package init(
        window: Duration = .seconds(10),
        speaker: String? = nil,
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) {
        self.window = window
        self.speaker = speaker
        self.sleep = sleep
    }

    /// A notifier for one run that hands on what is its own at once, and what it shares with others in one piece.
    ///
    /// - Parameter audience: whom the notifier tells; only what goes to the same people is put together.
    package func grouping(_ notifier: any Notifier, for audience: [NotifyTarget]) -> any Notifier {
        Member(hub: self, notifier: notifier, audience: audience)
    }

    /// Delivers what waits; for the end of the process.
    package func flush() async {
        let keys = state.withLock { state in
            state.isClosed = true
            return Array(state.groups.keys)
        }
        for key in keys { await deliver(key) }
    }

    /// The cause that several runs may have in common; nil for what is a run's own.
    static func cause(of progress: RunProgress) -> String? {
        switch progress.happening {
        case .notice(let notice):
            let shared = ["route-unreadable", "unreadable", "unavailable", "telemetry-lost", "gate", "lease"]
            return notice.urgency != .page && shared.contains(notice.reason.label) ? notice.reason.label : nil
        case .finished(.held(let hold, let reason)):
            return hold == .telemetryLost || hold == .routeLost ? "held \(reason.label)" : nil
        case .finished(.rolledBack(let reason, _)):
            return reason.label == "telemetry-lost" ? "rolled back \(reason.label)" : nil
        default:
            return nil
        }
    }

    fileprivate func take(
        _ progress: RunProgress,
        _ cause: String,
        _ audience: [NotifyTarget],
        _ deliver: @escaping @Sendable (RunProgress) async -> Void
    ) async {
        let key = Key(cause: cause, audience: audience)
        let isTaken = state.withLock { state in
            guard !state.isClosed else { return false }
            if state.groups[key] != nil {
                if state.groups[key]!.progress.count < Self.largest { state.groups[key]!.progress.append(progress) }
                return true
            }
            state.groups[key] = Group(progress: [progress], deliver: deliver)
            // Ends with the window; `flush` delivers before it if the process ends.
            state.timers[key] = Task { [self] in
                try? await sleep(window)
                await self.deliver(key)
            }
            return true
        }
        if !isTaken { await deliver(progress) }
    }

    private func deliver(_ key: Key) async {
        let group = state.withLock { state in
            state.timers[key] = nil
            return state.groups.removeValue(forKey: key)
        }
        guard let group, let first = group.progress.first else { return }
        await group.deliver(group.progress.count == 1 ? first : together(first, group.progress))
    }

    /// The first as the speaker for all.
    private func together(_ first: RunProgress, _ all: [RunProgress]) -> RunProgress {
        var names: [String] = []
        for one in all {
            let name = "\(one.header.spec.namespace)/\(one.header.spec.name)"
            if !names.contains(name) { names.append(name) }
        }
        let shown = names.prefix(10).joined(separator: ", ") + (names.count > 10 ? " and \(names.count - 10) more" : "")
        let place = speaker.map { " of the agent \($0)" } ?? ""
        func text(_ reason: Reason) -> Reason {
            Reason(reason.label, "\(names.count) rollouts at once\(place) (\(shown)): \(reason.text)")
        }
        var progress = first
        switch first.happening {
        case .notice(let notice): progress.happening = .notice(Notice(notice.urgency, text(notice.reason)))
        case .finished(.held(let hold, let reason)): progress.happening = .finished(.held(hold, text(reason)))
        case .finished(.rolledBack(let reason, let emptiness)):
            progress.happening = .finished(.rolledBack(text(reason), emptiness))
        default: break
        }
        return progress
    }

    private struct Member: Notifier {
        let hub: GroupedNotices
        let notifier: any Notifier
        let audience: [NotifyTarget]

        func notify(_ notice: Notice, about run: RunHeader) async { await notifier.notify(notice, about: run) }

        func notify(_ progress: RunProgress) async {
            guard let cause = GroupedNotices.cause(of: progress) else { return await notifier.notify(progress) }
            await hub.take(progress, cause, audience) { [notifier] in await notifier.notify($0) }
        }
    }
}
