package import CanaryCore
import CanaryStatistics
package import CanaryTelemetry

/// Judges recorded windows: bytes of JSON Lines in, bytes of answers out (design, section 7).
///
/// Give it the input in chunks of any size and write out `takeAnswers()` after each, before the next read: then every answer is
/// out before the reader blocks. After an error the answers so far are still there, and nothing more is taken.
///
/// - Complexity: O(bytes) plus the engine; memory is bounded by the longest line, `RecordedSettings.mostRuns` and each run's
///   history limit.
package struct RecordedSession {
    private let settings: RecordedSettings
    private let safetyThreshold: Double
    private var reader = RecordedWindowReader()
    private var runs: [String: RecordedRun] = [:]
    private var output: [UInt8] = []
    private var carry: [UInt8] = []
    private var runsSeen = 0
    private var lastVerdict: Verdict.Kind?

    package init(settings: RecordedSettings) {
        self.settings = settings
        safetyThreshold = -Elementary.log(settings.rules.configuration.falsePromotion)
    }

    /// Windows that were answered.
    package private(set) var answers = 0

    /// The exit code: of the last verdict when there was one run, 0 otherwise.
    package var exitCode: ExitCode {
        guard runsSeen == 1 else { return .healthy }
        return switch lastVerdict {
        case .healthy: .healthy
        case .undecided: .undecided
        case .degraded: .degraded
        case .unknown, nil: .unknown
        }
    }

    /// Takes a chunk; whole lines in it are judged, the rest is kept for the next one.
    package mutating func feed(_ chunk: UnsafeRawBufferPointer) throws(RecordedWindowError) {
        var start = 0
        while let newline = Self.newline(in: chunk, from: start) {
            if carry.isEmpty {
                try take(UnsafeRawBufferPointer(rebasing: chunk[start..<newline]))
            } else {
                carry.append(contentsOf: chunk[start..<newline])
                try takeCarry()
            }
            start = newline + 1
        }
        carry.append(contentsOf: chunk[start...])
        guard carry.count <= RecordedWindowReader.longestLine else {
            throw RecordedWindowError(
                line: reader.lineNumber + 1,
                column: RecordedWindowReader.longestLine + 1,
                message: "a line of more than \(RecordedWindowReader.longestLine) bytes"
            )
        }
    }

    /// Takes a chunk of bytes; see `feed(_:)`.
    package mutating func feed(bytes: [UInt8]) throws(RecordedWindowError) {
        let result: Result<Void, RecordedWindowError> = bytes.withUnsafeBytes { chunk in
            do throws(RecordedWindowError) {
                return .success(try feed(chunk))
            } catch {
                return .failure(error)
            }
        }
        try result.get()
    }

    /// Takes the last line if it has no newline. An input without a header is an error.
    package mutating func finish() throws(RecordedWindowError) {
        if !carry.isEmpty { try takeCarry() }
        if reader.bounds == nil {
            throw RecordedWindowError(
                line: max(reader.lineNumber, 1),
                column: 1,
                message: "the input ended before a header: {\"schema\":\"haldane.windows/1\",…}"
            )
        }
    }

    /// The answers since the last call.
    package mutating func takeAnswers() -> [UInt8] {
        defer { output = [] }
        return output
    }

    /// Hands the answers since the last call to `write`, without a copy.
    package mutating func withAnswers<E: Error>(_ write: ([UInt8]) throws(E) -> Void) throws(E) {
        if !output.isEmpty { try write(output) }
        output.removeAll(keepingCapacity: true)
    }

    private mutating func takeCarry() throws(RecordedWindowError) {
        var line: [UInt8] = []
        swap(&line, &carry)
        let result: Result<Void, RecordedWindowError> = line.withUnsafeBytes { bytes in
            do throws(RecordedWindowError) {
                return .success(try take(bytes))
            } catch {
                return .failure(error)
            }
        }
        line.removeAll(keepingCapacity: line.capacity <= 1 << 20)
        swap(&line, &carry)
        try result.get()
    }

    private mutating func take(_ bytes: UnsafeRawBufferPointer) throws(RecordedWindowError) {
        switch try reader.read(line: bytes) {
        case .blank, .header:
            return
        case .end(let name):
            runs[name] = nil
        case .window(let name, let window):
            try take(window, of: name)
        }
    }

    private mutating func take(_ window: Window, of name: String) throws(RecordedWindowError) {
        // Taken out and put back, so that the run is changed in place and not copied.
        var run: RecordedRun
        if let index = runs.index(forKey: name) {
            if let answer = runs.values[index].finalAnswer, !window.isHistory {
                answers += 1
                lastVerdict = runs.values[index].verdict
                output.append(contentsOf: answer)
                return
            }
            run = RecordedRun(settings: settings)
            swap(&run, &runs.values[index])
        } else {
            guard runs.count < RecordedSettings.mostRuns else {
                throw failure(
                    "more than \(RecordedSettings.mostRuns) open runs: end some with {\"run\":…,\"end\":true}"
                )
            }
            run = RecordedRun(settings: settings)
            runsSeen += 1
            runs[name] = run
        }
        defer {
            if let index = runs.index(forKey: name) { swap(&run, &runs.values[index]) }
        }
        if window.isHistory {
            guard !run.hasBegun else { throw failure("history after the first judged window of run '\(name)'") }
            guard run.remember(window, settings: settings) else { throw failure(Self.badBounds) }
            return
        }
        guard let answer = run.judge(window, settings: settings) else { throw failure(Self.badBounds) }
        answers += 1
        lastVerdict = answer.verdict
        let start = output.count
        switch settings.form {
        case .json: write(answer, of: name)
        case .text: output.append(contentsOf: "\(answer.text(run: name, safetyThreshold: safetyThreshold))\n".utf8)
        }
        if answer.decision == .promote || answer.decision == .rollback { run.finalAnswer = Array(output[start...]) }
    }

    private mutating func write(_ answer: RecordedAnswer, of name: String) {
        var bytes: [UInt8] = []
        swap(&bytes, &output)
        var writer = JSONLineWriter(appendingTo: consume bytes)
        answer.write(run: name, to: &writer)
        output = writer.take()
    }

    private func failure(_ message: String) -> RecordedWindowError {
        RecordedWindowError(line: reader.lineNumber, column: 1, message: message)
    }

    private static func newline(in chunk: UnsafeRawBufferPointer, from start: Int) -> Int? {
        guard let base = chunk.baseAddress, start < chunk.count else { return nil }
        let found = ByteScan.newline(base.assumingMemoryBound(to: UInt8.self), start, chunk.count)
        return found < chunk.count ? found : nil
    }

    private static let badBounds = "the latency bounds do not contain those of the run's first window"
}
