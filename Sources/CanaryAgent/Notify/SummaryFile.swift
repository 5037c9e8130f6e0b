import CanaryCore
package import CanaryReport
import Glibc

/// The file that a CI system names for a job's summary: it is only ever appended to.
package enum SummaryFile {
    /// Appends a summary in one write, so that several jobs' texts do not mix.
    ///
    /// - Throws: if the file cannot be written; the result itself is not touched by that.
    package static func append(_ summary: StepSummary, to path: String) throws(AgentError) {
        let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0o644)
        guard descriptor >= 0 else { throw failure(path, errno) }
        defer { close(descriptor) }
        let bytes = Array(summary.markdown.utf8)
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                write(descriptor, buffer.baseAddress?.advanced(by: written), bytes.count - written)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure(path, errno) }
            written += count
        }
    }

    private static func failure(_ path: String, _ number: Int32) -> AgentError {
        AgentError(
            "the summary could not be appended to \(path)",
            cause: String(cString: strerror(number)),
            hint: "--summary names a file, e.g. \"$GITHUB_STEP_SUMMARY\""
        )
    }
}
