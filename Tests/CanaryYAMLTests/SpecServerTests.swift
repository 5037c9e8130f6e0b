import CanaryCore
import CanaryYAML
import Testing

@Suite("A spec that asks a server")
struct SpecServerTests {
    static let text = """
        apiVersion: haldane.dev/v1
        kind: Canary
        metadata: { name: demo4 }
        spec:
          route: { virtualService: demo4-vs }
          telemetry:
            prometheus:
              url: http://prometheus:9090/tenant
              headers: { X-Scope-OrgID: shop }
              username: me
              password: ${PROMETHEUS_PASSWORD}
              caFile: ca.pem
              podLabel: instance
              delay: 10s
              timeout: 5s
              queries: queries
          objectives:
            metrics: [ { query: checkout_failures, tolerance: 0.5pp }, { query: queue_length, tolerance: 10% } ]
            service: { success: 99.9%, period: 7d }
          notify:
            - { webhook: "${HOOK}", template: slack, on: problems }

        """

    @Test("is read whole, and its variables only when they are needed")
    func whole() throws {
        let decoded = try SpecDecoder.decode(text: Self.text, file: "c.yaml")
        let server = try #require(decoded.spec.telemetry.prometheus)

        #expect(server.url == "http://prometheus:9090/tenant")
        #expect(server.headers == ["X-Scope-OrgID": "shop"])
        #expect(server.username == "me" && server.password == "${PROMETHEUS_PASSWORD}")
        #expect(server.security.certificateAuthorityFile == "ca.pem")
        #expect(server.podLabel == "instance" && server.queries == "queries")
        #expect(server.delay == .seconds(10) && server.timeout == .seconds(5))
        #expect(
            decoded.spec.objectives.metrics == [
                MetricObjective(query: "checkout_failures", tolerance: 0.005),
                MetricObjective(query: "queue_length", tolerance: 0.1),
            ]
        )
        #expect(decoded.spec.objectives.service == ServiceObjective(success: 0.999, period: .seconds(7 * 86_400)))
        #expect(decoded.spec.notify == [NotifyTarget(webhook: "${HOOK}", template: "slack", on: .problems)])

        let live = try decoded.expanded(environment: ["PROMETHEUS_PASSWORD": "p", "HOOK": "https://h/x"]).spec
        #expect(live.telemetry.prometheus?.password == "p")
        #expect(live.notify[0].webhook == "https://h/x")
        let error = #expect(throws: SpecError.self) { try decoded.expanded(environment: ["HOOK": "https://h/x"]) }
        #expect(error?.description.contains("PROMETHEUS_PASSWORD") == true)
    }

    @Test("shows every value with its place, and no secret")
    func effective() throws {
        let entries = EffectiveSpec(try SpecDecoder.decode(text: Self.text, file: "c.yaml")).entries
        func value(_ path: String) -> String? { entries.first { $0.path == path }?.value }

        #expect(value("telemetry.prometheus.url") == "http://prometheus:9090/tenant")
        #expect(value("telemetry.prometheus.password") == "${PROMETHEUS_PASSWORD}")
        #expect(value("telemetry.prometheus.headers.X-Scope-OrgID") == "shop")
        #expect(value("telemetry.prometheus.delay") == "10s")
        #expect(value("telemetry.scrape.timeout") == nil)
        #expect(value("objectives.metrics[1].query") == "queue_length")
        #expect(value("objectives.service.success") == "99.9%")
        #expect(value("notify[0].template") == "slack")
    }

    @Test(
        "refuses metrics and objectives that mean nothing",
        arguments: [
            ("objectives.metrics=[{query: a}]", "objectives.metrics[0].tolerance is missing"),
            ("objectives.metrics=[{query: a, tolerance: 5}]", "must be a percentage"),
            ("objectives.metrics=[{query: a, tolerance: 1pp}, {query: a, tolerance: 1pp}]", "is listed twice"),
            ("objectives.service={success: 100%}", "objectives.service.success"),
            ("objectives.service={period: 30d}", "objectives.service.success is missing"),
            ("objectives.service={success: 99%, period: 1m}", "objectives.service.period"),
        ]
    )
    func nonsense(setting: String, message: String) throws {
        let decoded = try SpecDecoder.decode(text: Self.text, file: "c.yaml")
        let error = #expect(throws: SpecError.self) { try SpecDecoder.apply(set: setting, to: decoded) }
        #expect(error?.description.contains(message) == true, "\(error?.description ?? "nothing")")
    }
}
