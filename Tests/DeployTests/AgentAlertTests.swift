import CanaryTestKit
import CanaryYAML
import Foundation
import Testing

/// The alert rules of the agent.
@Suite("Alert rules of the agent")
struct AgentAlertTests {
    private static func promtool(_ arguments: [String]) throws -> String {
        try ServerProcess.output(of: "promtool", arguments, variable: "PROMTOOL", package: "prometheus")
    }

    @Test("the rules are valid, and each says what happened and what comes next")
    func valid() throws {
        let path = DeployFolder.url.appending(path: "prometheus/agent-alerts.yaml").path
        #expect(try Self.promtool(["check", "rules", path]).contains("SUCCESS"))

        let rules = try DeployFolder.documents("prometheus/agent-alerts.yaml")[0]["groups"]?[0]?["rules"]?.items ?? []
        #expect(rules.count >= 10)
        for rule in rules {
            let name = rule["alert"]?.string ?? ""
            #expect(name.hasPrefix("Haldane"))
            #expect(["none", "warning", "critical"].contains(rule[["labels", "severity"]]?.string), "\(name)")
            #expect(rule[["annotations", "summary"]]?.string?.isEmpty == false, "\(name)")
            #expect(rule[["annotations", "description"]]?.string?.contains("Next:") == true, "\(name)")
        }
    }

    @Test("they fire when they should, the heartbeat as long as all is well, and each has a test")
    func fire() throws {
        let path = DeployFolder.url.appending(path: "prometheus/agent-alerts.test.yaml").path
        #expect(try Self.promtool(["test", "rules", path]).contains("SUCCESS"))

        let tests = try DeployFolder.text("prometheus/agent-alerts.test.yaml")
        for match in try DeployFolder.text("prometheus/agent-alerts.yaml").matches(of: /- alert: (\w+)/) {
            #expect(tests.contains("alertname=\"\(match.output.1)\""), "\(match.output.1) has no test")
        }
    }
}
