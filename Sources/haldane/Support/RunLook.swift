import CanaryAgent
import CanaryCore
import CanaryJournal
import CanaryReport
import CanaryTransport
import FoundationEssentials

/// What can be known of a run from outside: from its process, or else from its journal.
enum RunLook {
    static func status(_ found: RunFinder.Found, resumption: String) async throws -> RunStatus {
        let http = HTTPClient()
        let reply = await ControlClient(folder: found.folder, http: http).status()
        await http.shutdown()
        switch reply {
        case .answer(let bytes):
            if let status = try? JSONDecoder().decode(RunStatus.self, from: Data(bytes)) { return status }
            talk("the run's process answers in a form that this version does not know")
        case .failed(let error):
            talk(error.cause.map { "\(error.message): \($0)" } ?? error.message)
        case .nobody:
            break
        }
        return try recorded(found, resumption: resumption)
    }

    /// From the journal alone.
    static func recorded(_ found: RunFinder.Found, resumption: String) throws -> RunStatus {
        // Asked first: a run that ends meanwhile is then told with its end.
        let holder = try found.folder.holder()
        return status(try found.folder.recorded(), holder, resumption: resumption)
    }

    static func status(_ run: RecordedRun, _ holder: JournalHolder, resumption: String) -> RunStatus {
        var process: Int32?
        let state: RunStatus.State
        switch holder {
        case .process(let number):
            state = .running
            process = number
        case .nobody:
            state = run.interruption == nil ? .abandoned : .interrupted
        }
        return RunStatus(
            header: run.snapshot.header,
            rollout: run.snapshot.rollout,
            ledger: run.snapshot.ledger,
            at: run.snapshot.at,
            state: state,
            journal: run.journalPath,
            process: process,
            command: resumption
        )
    }

    private static func talk(_ words: String) {
        Console.talk.write("note: \(TextCells.harmless(words)); this is from its journal\n")
    }
}
