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

/// Runs a command's body: renders what it throws, and ends with its code.
func conclude(
    _ output: OutputOptions,
    _ body: () async throws -> CanaryCore.ExitCode
) async throws -> Never {
    Console.ignoreBrokenPipes()
    let code: CanaryCore.ExitCode
    do {
        code = try await body()
    } catch {
        let fault = CommandFault(error)
        Console.talk.write(fault.text)
        if output.output == .json { Console.output.write(fault.fault.json(exitCode: fault.code.code)) }
        code = fault.code
    }
    throw ArgumentParser.ExitCode(code.code)
}
