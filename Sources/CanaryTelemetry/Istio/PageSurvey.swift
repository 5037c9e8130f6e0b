/// What is in a page, whatever is being compared: for people who ask what Haldane makes of a target.
package struct PageSurvey: Sendable, Hashable {
    /// Lines that hold a sample.
    package internal(set) var samples = 0

    /// Samples of the families that Haldane uses.
    package internal(set) var istioSamples = 0

    package internal(set) var process = ProcessIdentity()

    /// See `PageReading.hasWitness`.
    package internal(set) var hasWitness = false

    /// Requests by who counted them and who answered, in ascending order.
    package internal(set) var cohorts: [Cohort] = []

    /// Series whose cohort is not listed, because there were more than `mostCohorts`.
    package internal(set) var omittedSeries = 0

    /// The most cohorts that are listed.
    package static let mostCohorts = 10_000

    /// The requests that one reporter counted for one version.
    package struct Cohort: Sendable, Hashable {
        /// As in the page, or empty.
        package let reporter: String
        package let workload: String
        package let namespace: String
        package let revision: String
        package let version: String
        package let service: String

        /// Since the process began; without what is excluded.
        package internal(set) var requests = 0
        package internal(set) var failures = 0
        package internal(set) var aborts = 0

        /// Left out of a comparison because of their response flags.
        package internal(set) var excluded = 0
    }

    /// Parses every line of a page.
    package static func read(
        page: [UInt8],
        limits: ExpositionLimits = ExpositionLimits()
    ) throws(ExpositionError) -> PageSurvey {
        var parser = ExpositionParser(limits: limits, check: .everyLine)
        var surveyor = PageSurveyor()
        let result: Result<Void, ExpositionError> = page.withUnsafeBufferPointer { buffer in
            do throws(ExpositionError) {
                try parser.feed(buffer, to: &surveyor)
                try parser.finish(to: &surveyor)
                return .success(())
            } catch {
                return .failure(error)
            }
        }
        try result.get()
        return surveyor.finish(hasSeenEnvoy: parser.hasSeenEnvoy)
    }
}

/// Gathers a survey, sample by sample.
private struct PageSurveyor: ExpositionSink {
    private var survey = PageSurvey()
    private var cohorts: [PageSurvey.Cohort: PageSurvey.Cohort] = [:]
    private var agentStart: Double?
    private var processStart: Double?

    mutating func receive(
        _ sample: ExpositionSample,
        _ labelSets: borrowing LabelSetTable
    ) throws(ExpositionError) {
        survey.samples += 1
        guard let name = sample.name.baseAddress else { return }
        let count = sample.name.count
        if ByteScan.equals(name, count, "istio_requests_total") {
            survey.istioSamples += 1
            survey.hasWitness = true
            labelSets.bytes(of: sample.labelSet).withUnsafeBufferPointer { add($0, sample.value) }
        } else if ByteScan.starts(name, count, with: "istio_request_duration_milliseconds_") {
            survey.istioSamples += 1
            survey.hasWitness = true
        } else if ByteScan.equals(name, count, "istio_agent_process_start_time_seconds") {
            agentStart = sample.value
        } else if ByteScan.equals(name, count, "process_start_time_seconds") {
            processStart = sample.value
        } else if ByteScan.equals(name, count, "envoy_server_uptime") {
            survey.process.uptimeSeconds = sample.value
        } else if ByteScan.equals(name, count, "istio_build") {
            let isProxy = labelSets.bytes(of: sample.labelSet).withUnsafeBufferPointer { IstioLabels.isProxyBuild($0) }
            survey.hasWitness = survey.hasWitness || isProxy
        }
    }

    mutating func finish(hasSeenEnvoy: Bool) -> PageSurvey {
        survey.hasWitness = survey.hasWitness || hasSeenEnvoy
        survey.process.startSeconds = agentStart ?? processStart
        survey.cohorts = cohorts.values.sorted { Self.order($0) < Self.order($1) }
        return survey
    }

    private mutating func add(_ bytes: UnsafeBufferPointer<UInt8>, _ value: Double) {
        let labels = IstioLabels(bytes)
        let key = PageSurvey.Cohort(
            reporter: IstioLabels.string(labels.reporter),
            workload: IstioLabels.string(labels.workload),
            namespace: IstioLabels.string(labels.namespace),
            revision: IstioLabels.string(labels.revision),
            version: IstioLabels.string(labels.version),
            service: IstioLabels.string(labels.service)
        )
        guard cohorts[key] != nil || cohorts.count < PageSurvey.mostCohorts else {
            survey.omittedSeries += 1
            return
        }
        guard value >= 0, value <= 9_007_199_254_740_992 else { return }
        let count = Int(value)
        var cohort = cohorts[key] ?? key
        let flags = ResponseFlags(IstioLabels.string(labels.flags))
        if flags.exclusion != nil {
            cohort.excluded.grow(by: count)
        } else {
            cohort.requests.grow(by: count)
            let response = ResponseClass(
                protocol: IstioLabels.string(labels.requestProtocol),
                code: IstioLabels.string(labels.responseCode),
                grpcStatus: IstioLabels.string(labels.grpcStatus),
                flags: flags
            )
            if response?.key.isFailure == true { cohort.failures.grow(by: count) }
            if response?.key.isAbort == true { cohort.aborts.grow(by: count) }
        }
        cohorts[key] = cohort
    }

    private static func order(_ cohort: PageSurvey.Cohort) -> (String, String, String, String) {
        (cohort.reporter, cohort.namespace + "/" + cohort.workload, cohort.revision, cohort.service)
    }
}
