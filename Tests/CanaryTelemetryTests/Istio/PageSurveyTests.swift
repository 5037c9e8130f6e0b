import CanaryTelemetry
import Testing

@Suite struct PageSurveyTests {
    @Test("Envoy's own page shows both versions")
    func envoy() throws {
        let survey = try PageSurvey.read(page: Fixture.bytes("envoy-stats.prom"))

        #expect(survey.samples == 1384)
        #expect(survey.hasWitness)
        #expect(Set(survey.cohorts.map(\.workload)) == ["demo4-v1", "demo4-v2"])
        #expect(survey.cohorts.allSatisfy { $0.reporter == "source" && $0.requests > 0 })
    }

    @Test("failures, aborts and excluded requests are told apart")
    func classes() throws {
        let page = IstioPage(series: [
            .init(requests: 10), .init(code: "503", requests: 3), .init(code: "0", flags: "DC", requests: 2),
            .init(code: "503", flags: "FI", requests: 7),
        ])

        let cohort = try #require(PageSurvey.read(page: page.bytes).cohorts.first)

        #expect(cohort.requests == 15)
        #expect(cohort.failures == 3)
        #expect(cohort.aborts == 2)
        #expect(cohort.excluded == 7)
        #expect(try PageSurvey.read(page: page.bytes).process.startSeconds == 1000)
    }

    @Test("a page that is none is refused with its place")
    func html() {
        #expect(throws: ExpositionError.self) { try PageSurvey.read(page: Array("<html>".utf8)) }
    }
}
