import CanaryCore
import CanaryReport
import Foundation
import Testing

@Suite struct PageSummaryTests {
    private let page = """
        # TYPE istio_requests_total counter
        istio_requests_total{reporter="destination",source_workload="web",destination_workload="demo4-v1",destination_workload_namespace="test1",destination_canonical_revision="v1",request_protocol="http",response_code="200"} 950
        istio_requests_total{reporter="destination",source_workload="web",destination_workload="demo4-v1",destination_workload_namespace="test1",destination_canonical_revision="v1",request_protocol="http",response_code="503"} 50
        istio_request_duration_milliseconds_bucket{reporter="destination",destination_workload="demo4-v1",destination_workload_namespace="test1",destination_canonical_revision="v1",le="1"} 3
        istio_request_duration_milliseconds_bucket{reporter="destination",destination_workload="demo4-v1",destination_workload_namespace="test1",destination_canonical_revision="v1",le="+Inf"} 950
        istio_request_duration_milliseconds_count{reporter="destination",destination_workload="demo4-v1",destination_workload_namespace="test1",destination_canonical_revision="v1"} 950
        istio_agent_process_start_time_seconds 1700000000

        """

    @Test("shows cohorts, codes, buckets and the process of a page")
    func understood() throws {
        let summary = PageSummary(page: Array(page.utf8))

        #expect(summary.exitCode == .healthy)
        #expect(summary.cohorts.first?.total == 1000)
        try Golden.check(summary.text(target: "page.prom", style: .plain), "scrape.txt")
        let object = try JSONSerialization.jsonObject(with: Data(summary.json(target: "page.prom"))) as? [String: Any]
        #expect(object?["schema"] as? String == "haldane.scrape/1")
    }

    @Test("points a caret at what is malformed")
    func malformed() {
        let summary = PageSummary(page: Array("good 1\nbad{a=\"b\" 2\n".utf8))

        let text = summary.text(target: "page.prom", style: .plain)

        #expect(summary.exitCode == .usage)
        #expect(summary.fault?.line == 2)
        #expect(text.contains("bad{a=\"b\" 2\n"))
        #expect(text.contains("^"))
    }

    @Test("refuses HTML and says so of a page without Istio")
    func other() {
        #expect(PageSummary(page: Array("<!DOCTYPE html>\n<html></html>\n".utf8)).exitCode == .usage)
        let summary = PageSummary(page: Array("up 1\n".utf8))
        #expect(summary.exitCode == .unknown)
        #expect(summary.text(target: "x", style: .plain).contains("no istio_requests_total"))
    }

    @Test("stays bounded with many cohorts")
    func bounded() {
        let lines = (0..<3000).map {
            "istio_requests_total{destination_workload=\"w\($0)\",response_code=\"200\"} 1\nfamily_\($0) 1\n"
        }

        let summary = PageSummary(page: Array(lines.joined().utf8))

        #expect(summary.cohorts.count == PageSummary.mostCohorts)
        #expect(summary.families.count == PageSummary.mostFamilies)
        #expect(summary.hasMoreCohorts && summary.hasMoreFamilies)
    }
}
