import CanaryAgent
import CanaryCore
import CanaryJournal
import CanaryReport
import CanaryTransport
import FoundationEssentials

/// One verb of an operator: asks the run's process, and says what came of it.
struct OperatorAction {
    private let verb: Rollout.OperatorCommand.Verb
    private let choice: RunChoice
    private let reason: String?
    private let output: OutputOptions

    init(_ verb: Rollout.OperatorCommand.Verb, _ choice: RunChoice, _ reason: String?, _ output: OutputOptions) {
        self.verb = verb
        self.choice = choice
        self.reason = reason
        self.output = output
    }

    /// - Parameter takeUp: what is done with an unfinished run that no process is at; nil if nothing can be.
    func perform(
        takeUp: ((RecordedRun, RunFinder.Found, Rollout.OperatorCommand) async throws -> CanaryCore.ExitCode)? = nil
    ) async throws -> CanaryCore.ExitCode {
        let reason =
            verb.needsReason
            ? try Operator.reason(self.reason, for: verb.rawValue) : self.reason ?? ""
        let command = Rollout.OperatorCommand(verb, reason: reason, by: Operator.name)
        let found = try choice.find()
        let http = HTTPClient()
        let reply = await ControlClient(folder: found.folder, http: http).send(command)
        await http.shutdown()
        switch reply {
        case .answer(let answer): return conclude(answer)
        case .failed(let error): throw error
        case .nobody: break
        }
        let holder = try found.folder.holder()
        guard holder == .nobody else { throw unreachable(found, holder) }
        let run = try found.folder.recorded()
        if let outcome = run.outcome {
            let words =
                "the run is over: it was \(outcome.words): \(outcome.reason.text); there is nothing to \(verb == .rollback ? "roll back" : verb.rawValue)"
            return conclude(CommandAnswer(.refused, command, words, run.snapshot.header, run.snapshot.rollout))
        }
        if let takeUp { return try await takeUp(run, found, command) }
        let words =
            "nothing runs: the run \(run.snapshot.header.run) is unfinished and no process is at it; go on with it by "
            + "`\(choice.resumption(found))`, or take it back by `haldane rollback`"
        return conclude(CommandAnswer(.refused, command, words, run.snapshot.header, run.snapshot.rollout))
    }

    private func conclude(_ answer: CommandAnswer) -> CanaryCore.ExitCode {
        let isDone = answer.result != .refused
        switch output.output {
        case .json:
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            // Text and whole numbers alone cannot fail to be encoded.
            Console.output.write(Array((try? encoder.encode(answer)) ?? Data()) + [UInt8(ascii: "\n")])
        case .text:
            let style = isDone ? Console.output.style : Console.talk.style
            let sign =
                switch answer.result {
                case .accepted: style.paint("\(style.symbol(.done)) \(answer.verb)", .good)
                case .pending: style.paint("\(style.symbol(.open)) \(answer.verb) is on its way", .warning)
                case .refused: style.paint("\(style.symbol(.failed)) \(answer.verb) refused", .bad)
                }
            (isDone ? Console.output : Console.talk).write("\(sign): \(TextCells.harmless(answer.message))\n")
        }
        return isDone ? .healthy : .unknown
    }

    private func unreachable(_ found: RunFinder.Found, _ holder: JournalHolder) -> CommandFault {
        var who = "another process"
        if case .process(let number?) = holder { who = "process \(number)" }
        return CommandFault(
            InputFault(
                "the run in \(found.folder.path) is worked at by \(who), which cannot be reached: there is no control socket",
                hint: "it may be starting or ending, or on another machine; `kill -INT` ends it, weights as they are"
            ),
            .unknown
        )
    }
}
