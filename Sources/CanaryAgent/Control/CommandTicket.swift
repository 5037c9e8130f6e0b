import Synchronization

/// What the sender of a command holds until it is answered.
package final class CommandTicket: Sendable, Hashable {
    private let settled = Mutex<CommandAnswer?>(nil)

    package init() {}

    /// The answer, once the run has taken the command up.
    package var answer: CommandAnswer? { settled.withLock { $0 } }

    /// Gives the answer; the first one stands.
    func settle(_ answer: CommandAnswer) {
        settled.withLock { $0 = $0 ?? answer }
    }

    package static func == (left: CommandTicket, right: CommandTicket) -> Bool { left === right }

    package func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
