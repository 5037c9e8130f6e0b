import CanaryYAML
import Foundation
import Synchronization

/// Who wrote weights, and whether the canary's Lease was theirs at that moment: the proof that there are never two writers.
///
/// It follows the server's changes in their order. A process is told by its user, so give each its own token.
package final class FleetAudit: Sendable {
    /// One change of a route's weights that came through the API.
    package struct Write: Sendable, CustomStringConvertible {
        package var number: Int
        package var at: ContinuousClock.Instant
        package var namespace: String
        package var route: String
        package var user: String
        package var manager: String
        package var before: [Int]
        package var after: [Int]
        /// Who held the Lease `haldane-ROUTE`, as it is written there; empty if nobody did.
        package var holder: String
        /// The user whose process put that holder there.
        package var holderUser: String
        /// Whether the Lease had not run out by the server's clock.
        package var isFresh: Bool

        /// Whether the writer was the holder.
        package var isCovered: Bool { !holder.isEmpty && holderUser == user && isFresh }

        package var description: String {
            let lease = holder.isEmpty ? "nobody's" : "\(holder)'s (\(holderUser))\(isFresh ? "" : ", run out")"
            return
                "\(number): \(namespace)/\(route) \(before) → \(after) by \(user) (\(manager)), the Lease is \(lease)"
        }
    }

    /// A Lease as it was seen last.
    private struct Claim: Sendable {
        var holder: String
        var user: String
        var until: Date
    }

    private struct State: Sendable {
        var claims: [String: Claim] = [:]
        var holders: [String: [String]] = [:]
        var writes: [Write] = []
    }

    private let state = Mutex(State())

    init(_ server: FakeAPIServer) {
        server.observe { [weak self] change in
            switch change.kind {
            case .leases: self?.note(claim: change)
            case .virtualServices: self?.note(route: change)
            default: break
            }
        }
    }

    /// All changes of weights through the API so far.
    package var writes: [Write] { state.withLock { $0.writes } }

    /// Those of one service's route.
    package func writes(of service: FleetService) -> [Write] {
        writes.filter { $0.namespace == service.namespace && $0.route == service.name }
    }

    /// Changes by somebody who did not hold the Lease: there must be none.
    package var uncovered: [Write] { writes.filter { !$0.isCovered } }

    /// Who held a service's Lease, one after the other.
    package func holders(of service: FleetService) -> [String] {
        state.withLock { $0.holders["\(service.namespace)/haldane-\(service.name)"] ?? [] }
    }

    private func note(claim change: ClusterChange) {
        let key = "\(change.namespace)/\(change.name)"
        let spec = change.after?["spec"]
        let holder = spec?["holderIdentity"]?.string ?? ""
        let seconds = Double(spec?["leaseDurationSeconds"]?.integer ?? 0)
        let renewed = spec?["renewTime"]?.string.flatMap(Self.date) ?? .distantPast
        state.withLock { state in
            let old = state.claims[key]
            // A holder stays the process that wrote itself in, whoever edits the object later.
            let user = old?.holder == holder ? old?.user ?? change.user : change.user
            state.claims[key] = Claim(holder: holder, user: user, until: renewed.addingTimeInterval(seconds))
            if !holder.isEmpty, state.holders[key]?.last != holder { state.holders[key, default: []].append(holder) }
        }
    }

    private func note(route change: ClusterChange) {
        let (before, after) = (Self.weights(change.before), Self.weights(change.after))
        guard !change.user.isEmpty, before != after else { return }
        let now = Date.now
        state.withLock { state in
            let claim = state.claims["\(change.namespace)/haldane-\(change.name)"]
            state.writes.append(
                Write(
                    number: state.writes.count,
                    at: .now,
                    namespace: change.namespace,
                    route: change.name,
                    user: change.user,
                    manager: change.manager,
                    before: before,
                    after: after,
                    holder: claim?.holder ?? "",
                    holderUser: claim?.user ?? "",
                    isFresh: claim.map { $0.until > now } ?? false
                )
            )
        }
    }

    private static func weights(_ object: JSONValue?) -> [Int] {
        (object?["spec"]?["http"]?[0]?["route"]?.items ?? []).map { $0["weight"]?.integer ?? 0 }
    }

    private static func date(_ text: String) -> Date? {
        try? Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }
}
