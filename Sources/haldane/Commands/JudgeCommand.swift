import ArgumentParser
import CanaryCore
import CanaryReport
import CanaryTelemetry
import CanaryYAML

/// `haldane judge --windows FILE|- [SPEC]`: judges recorded windows, one answer line each.
struct JudgeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "judge",
        abstract: "Judge recorded windows: JSON Lines in, one answer a window out.",
        discussion: """
            The format is haldane.windows/1. Answers are written before more input is waited for, so any program can close the loop.
            The exit code is that of the last verdict when there is one run, 0 otherwise; 64 at a bad line, with its number.
            """
    )

    @Option(name: .long, help: ArgumentHelp("The recording; - for standard input.", valueName: "file"))
    var windows: String

    @Argument(help: "A spec with the margins, steps and guards; the defaults without the absolute guard if left out.")
    var spec: String?

    @OptionGroup var settings: SettingOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if windows == "-", spec == "-" {
            throw ValidationError("Standard input cannot be both the windows and the spec.")
        }
    }

    func run() async throws {
        // A fault is told on stderr only: stdout is a stream of answers, and those before a bad line stay valid.
        try await conclude(OutputOptions.text) {
            let decoded =
                try spec.map { try SpecFile.decode($0, settings: settings.settings) }
                ?? SpecDecoder.apply(sets: settings.settings, to: SpecDecoder.defaults())
            let form: RecordedSettings.Form = output.output == .json ? .json : .text
            var session = RecordedSession(
                settings: RecordedSettings(spec: decoded.spec, hasSpec: spec != nil, form: form)
            )
            let input = try ByteInput(windows)
            let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 17, alignment: 64)
            defer { chunk.deallocate() }
            do {
                while case let count = try input.read(into: chunk), count > 0 {
                    try session.feed(UnsafeRawBufferPointer(rebasing: chunk[..<count]))
                    guard flush(&session) else { return .unknown }
                }
                try session.finish()
            } catch let error as RecordedWindowError {
                _ = flush(&session)
                throw CommandFault(InputFault(input.name, cause: error.description), .usage)
            }
            return flush(&session) ? session.exitCode : .unknown
        }
    }

    /// Writes the answers so far; false once nobody reads them.
    private func flush(_ session: inout RecordedSession) -> Bool {
        var isRead = true
        session.withAnswers { isRead = Console.output.write($0) }
        return isRead
    }
}
