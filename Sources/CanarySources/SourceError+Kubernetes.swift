import CanaryKubernetes

extension SourceError {
    /// What the API server said, or did not say.
    init(_ error: KubernetesError) {
        self.init(
            .api,
            error.message,
            cause: error.cause,
            hint: error.hint,
            disposition: Disposition(error.disposition)
        )
    }
}

extension SourceError.Disposition {
    fileprivate init(_ disposition: KubernetesError.Disposition) {
        switch disposition {
        case .retry: self = .retry
        case .refuse: self = .refuse
        case .stop: self = .stop
        }
    }
}
