package import CanaryCore
import CanaryKubernetes
import CanarySources
package import CanaryTransport
package import CanaryYAML

/// A look at every service that routes send requests to.
///
/// ```swift
/// let session = FleetSession(options, http: http)
/// let inventory = try await session.inventory()
/// let reading = try await session.evidence(of: inventory, since: ends, now: now)
/// ```
package struct FleetSession: Sendable {
    package let options: FleetOptions
    private let http: HTTPClient

    /// - Parameter http: asks the Prometheus server; the owner shuts it down.
    package init(_ options: FleetOptions, http: HTTPClient) {
        self.options = options
        self.http = http
    }

    /// The services of the files and of the cluster.
    ///
    /// Objects that cannot be read are listed in it; it throws only if nothing at all could be looked at.
    package func inventory() async throws(AgentError) -> FleetInventory {
        var reader = FleetReader(namespace: options.namespace)
        FleetFiles.read(options.files, into: &reader)
        if let cluster = options.cluster {
            let connection = try cluster.connection()
            let http = connection.makeHTTPClient()
            let client = KubernetesClient(connection: connection, http: http)
            var failure: KubernetesError?
            do throws(KubernetesError) {
                try await FleetCluster.read(client, namespaces: options.namespaces, into: &reader)
            } catch {
                failure = error
            }
            await http.shutdown()
            if let failure { throw AgentError(failure.message, cause: failure.cause, hint: failure.hint) }
        }
        return reader.inventory(namespaces: Set(options.namespaces))
    }

    /// What the services are called and what each is compared with.
    package func subjects() async throws(AgentError) -> [CheckSubject] {
        try await inventory().subjects.map(\.check)
    }

    /// What is new about every service: one query a question for all of them.
    ///
    /// - Parameters:
    ///   - since: by key, until when a service was looked at before (`CheckEvidence.end`); absent for never.
    /// - Throws: only if the questions cannot be asked at all, e.g. a query of the user's with a hole that nothing
    ///   fills. What a server does not answer is in the evidence.
    package func evidence(
        of inventory: FleetInventory,
        since: [String: Timestamp],
        now: Timestamp
    ) async throws(AgentError) -> FleetReading {
        let moments = inventory.subjects.map { since[$0.check.key] }
        var asked = options.plan
        asked.delay = await ServerDelay.settled(options.prometheus, http: http, now: now).spec.delay
        let plan = FleetPlan(since: moments, now: now, options: asked)
        let questions: FleetQuestions
        do throws(SourceError) {
            questions = try FleetQuestions(
                options.queries,
                podLabel: options.prometheus.podLabel,
                reporter: options.reporter,
                match: options.match
            )
        } catch {
            throw AgentError(error.message, cause: error.cause, hint: error.hint, exitCode: .usage)
        }
        let client = PrometheusClient(options.prometheus, http: http)
        let telemetry = FleetTelemetry(client: client, questions: questions, reporter: options.reporter)
        var reading = await telemetry.read(
            inventory.subjects,
            since: moments,
            plan: plan,
            objective: options.objective
        )
        reading.notes = inventory.notes + reading.notes
        return reading
    }

    /// The same with an inventory of its own.
    package func evidence(since: [String: Timestamp], now: Timestamp) async throws(AgentError) -> FleetReading {
        let inventory = try await inventory()
        var reading = try await evidence(of: inventory, since: since, now: now)
        reading.notes += inventory.problems.map(\.description)
        return reading
    }
}
