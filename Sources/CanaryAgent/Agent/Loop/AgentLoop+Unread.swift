import CanaryCore
import CanaryKubernetes
import CanaryReport
import CanarySources
import CanaryYAML

/// Canaries of which nothing can be read at the moment: what was known last stays, and nothing begins on it.
extension AgentLoop {
    /// Whether a mirror that fails has failed for so long that what it holds may be wrong.
    func isOld(_ mirror: any MirroredObjects) async -> Bool {
        guard let confirmed = await mirror.lastConfirmed else { return true }
        return confirmed.duration(to: .now) > PodDirectory.quiet
    }

    /// Keeps what is known of route and pods. Without an earlier look there is nothing to keep, and that is said.
    mutating func noteUnread(_ key: CanaryKey, _ reason: Reason, at now: Timestamp) {
        entries[key]?.trouble = reason
        guard entries[key]?.population != nil, entries[key]?.weights != nil else {
            entries[key]?.route = nil
            entries[key]?.weights = nil
            entries[key]?.population = nil
            return
        }
        guard entries[key]?.unread == nil else { return }
        // A mirror is believed for a while before it counts as unread.
        let asOf = now.advanced(by: .zero - PodDirectory.quiet)
        entries[key]?.unread = CanaryEntry.Unread(since: .now, asOf: asOf)
    }

    /// Leaves the status as it is; an outage that lasts is added to its message, once.
    mutating func stayUnread(_ key: CanaryKey, at now: Timestamp) {
        candidates.remove(key)
        guard let entry = entries[key], let unread = entry.unread, var status = entry.status else { return }
        guard unread.since.duration(to: .now) > options.unreadPatience else { return }
        let time = Figures.moment(unread.asOf).dropFirst(11).prefix(8)
        let words = "; as of \(time) UTC, the cluster cannot be read at the moment"
        guard !status.message.hasSuffix(words) else { return }
        let rest = PlainLine.of(status.message, limit: 1000 - words.count)
        status.message = rest + words
        store(status, of: key)
    }
}
