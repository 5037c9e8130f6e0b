import ArgumentParser
import CanaryAgent
import CanaryCore
import CanaryJournal
import CanaryReport
import CanaryTelemetry
import CanaryYAML

/// Why a command ended without a result, and with which code.
struct CommandFault: Error {
    var fault: InputFault
    var code: CanaryCore.ExitCode
    /// Complete lines that already say everything, as a spec's diagnostics do.
    var diagnostics: String?

    init(_ fault: InputFault, _ code: CanaryCore.ExitCode, diagnostics: String? = nil) {
        self.fault = fault
        self.code = code
        self.diagnostics = diagnostics
    }

    init(_ error: any Error) {
        switch error {
        case let fault as CommandFault:
            self = fault
        case let error as SpecError:
            self.init(
                InputFault("the spec is not valid", cause: error.description),
                .usage,
                diagnostics: error.description + "\n"
            )
        case let error as AgentError:
            self.init(InputFault(error.message, cause: error.cause, hint: error.hint), error.exitCode)
        case let error as RouteError:
            self.init(InputFault(error.message, cause: error.cause, hint: error.hint), .usage)
        case let error as JournalError:
            self.init(InputFault("\(error)"), .usage)
        default:
            self.init(InputFault("\(error)"), .unknown)
        }
    }

    var text: String { diagnostics ?? fault.text(style: Console.talk.style) }
}

/// What a command is for, and with that what its exit code is when its result could not be written.
enum CommandPurpose {
    /// What it writes: 3, it is not there.
    case result
    /// What it does or finds: its own code, which is right whether anybody reads of it or not.
    case action
}

/// Runs a command's body: renders what it throws, and ends with its code.
func conclude(
    _ output: OutputOptions,
    for purpose: CommandPurpose = .result,
    _ body: () async throws -> CanaryCore.ExitCode
) async throws -> Never {
    Console.prepare()
    var code: CanaryCore.ExitCode
    do {
        code = try await body()
    } catch {
        let fault = CommandFault(error)
        Console.talk.write(fault.text)
        if output.output == .json { Console.output.write(fault.fault.json(exitCode: fault.code.code)) }
        code = fault.code
    }
    if let cause = Console.output.failure {
        let fault = InputFault("the result could not be written", cause: cause)
        Console.talk.write(fault.text(style: Console.talk.style))
        if purpose == .result, code == .healthy || code == .undecided || code == .degraded { code = .unknown }
    }
    throw ArgumentParser.ExitCode(code.code)
}
