package import CanaryCore
import CanaryJournal
import CanaryTelemetry

/// Reads the journal of a judgement of the past.
package enum PastJournal {
    /// What its windows came to, as they were judged then.
    ///
    /// - Parameter path: a journal's file, or a folder of journals, which stands for its newest one.
    package static func account(path: String) throws -> PastAccount {
        var codec = JournalCodec()
        var account: PastAccount?
        var window: Window?
        try JournalRecords.forEach(path: path) { record in
            guard account != nil else {
                guard let header = try codec.decodeHeader(record) else { return .stop }
                account = PastAccount(purpose: header.purpose ?? .past, startedAt: header.startedAt)
                return .next
            }
            switch try codec.decode(record) {
            case .window(let found):
                window = found
            case .event(.judged(let context, let verdict), let at):
                if let window { account?.judged(window, in: context, verdict, at: at) }
                window = nil
            case .event:
                break
            }
            return .next
        }
        guard let account else {
            throw AgentError(
                "the journal \(path) holds no judgement",
                hint: "its first write was cut off before it began"
            )
        }
        return account
    }
}
