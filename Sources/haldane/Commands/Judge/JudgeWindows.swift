import CanaryCore
import CanaryReport
import CanaryTelemetry
import CanaryYAML

/// `judge --windows`: recorded windows in, one answer line each out.
struct JudgeWindows {
    let recording: String
    let spec: String?
    let settings: SettingOptions
    let output: OutputOptions

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
            let input = try ByteInput(recording)
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
