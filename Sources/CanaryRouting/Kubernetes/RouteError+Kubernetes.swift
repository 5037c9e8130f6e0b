import CanaryCore
import CanaryKubernetes

extension RouteError {
    /// What an error of the API means for a route; its words are kept.
    init(_ error: KubernetesError, isWrite: Bool) {
        self.init(
            Self.code(error.code, isWrite: isWrite),
            error.message,
            cause: error.cause,
            hint: error.hint,
            disposition: Self.disposition(error.code)
        )
    }

    private static func code(_ code: KubernetesError.Code, isWrite: Bool) -> Code {
        switch code {
        case .notFound: .missing
        case .noSuchResource: .unsupported
        case .conflict: .conflict
        default: isWrite ? .unwritable : .unreadable
        }
    }

    private static func disposition(_ code: KubernetesError.Code) -> Disposition {
        switch code {
        // A token that has expired may have a successor at the next call, and so may a credential plugin or a token file
        // that failed once; that the connection makes sense was found out before.
        case .unreachable, .timedOut, .tooManyRequests, .serverError, .unauthorized, .notConfigured, .conflict, .gone:
            .retry
        case .noSuchResource: .refuse
        default: .stop
        }
    }
}
