package import CanaryCore
package import CanaryQueries
import CanaryTelemetry
package import CanaryTransport

/// Windows of the past from what a Prometheus-compatible server has stored.
///
/// The past is read in stretches, in order of time, and fed to the same collector as scraped pages: only one stretch is in
/// memory beside the windows. A stretch that cannot be read makes its windows unusable; what is missing is never zero
/// traffic.
package struct PrometheusArchive: TelemetryArchive {
    private let spec: CanarySpec
    private let questions: Result<StoredQuestions, SourceError>
    private let patience: Duration

    /// - Parameters:
    ///   - spec: with the variables of `telemetry.prometheus` expanded.
    ///   - patience: how long reading may take altogether.
    package init(
        spec: CanarySpec,
        roles: Roles,
        queries: QuerySet,
        http: HTTPClient,
        patience: Duration = .seconds(600)
    ) {
        self.spec = spec
        self.patience = patience
        do throws(SourceError) {
            questions = .success(try StoredQuestions(spec: spec, roles: roles, queries: queries, http: http))
        } catch {
            questions = .failure(error)
        }
    }

    /// The most windows that are made.
    package static let mostWindows = 50_000

    @concurrent
    package func windows(from: Timestamp, to: Timestamp) async throws(ArchiveFailure) -> PastTelemetry {
        let end = ContinuousClock.now + patience
        do throws(SourceError) {
            let questions = try questions.get()
            let step = try await questions.step(wanted: spec.pace.interval, at: to, before: end)
            var reading = try ArchiveReading(spec, questions, from: from, to: to, step: step.length)
            try await reading.readAll(before: end)
            reading.past.notes = (step.note.map { [$0] } ?? []) + reading.past.notes
            return reading.past
        } catch {
            throw ArchiveFailure(error)
        }
    }
}

extension ArchiveFailure {
    /// What a server did not give.
    init(_ error: SourceError) {
        self.init(Reason(error.label, error.inOneLine), hint: error.hint)
    }
}
