/// The one table of exit codes, for every subcommand.
package struct ExitCode: Sendable, Hashable {
    package let code: Int32

    package static let healthy = ExitCode(code: 0)
    package static let undecided = ExitCode(code: 1)
    package static let degraded = ExitCode(code: 2)
    package static let unknown = ExitCode(code: 3)
    package static let usage = ExitCode(code: 64)
    package static let interrupted = ExitCode(code: 130)
    package static let terminated = ExitCode(code: 143)

    private init(code: Int32) {
        self.code = code
    }
}

extension Verdict.Kind {
    package var exitCode: ExitCode {
        switch self {
        case .healthy: .healthy
        case .undecided: .undecided
        case .degraded: .degraded
        case .unknown: .unknown
        }
    }
}

extension Verdict {
    package var exitCode: ExitCode { kind.exitCode }
}
