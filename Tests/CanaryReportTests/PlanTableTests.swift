import CanaryCore
import CanaryReport
import Foundation
import Testing

@Suite struct PlanTableTests {
    @Test("shows what each step needs as in the golden table")
    func table() throws {
        let spec = SampleRun(canaryErrors: 0).header.spec
        let plan = PlanTable(
            spec: spec,
            traffic: PlanTable.Traffic(requestsPerSecond: 300, errorShare: 0.005, origin: "--rps")
        )

        try Golden.check(plan.text(style: .plain), "plan.txt")
        let object = try JSONSerialization.jsonObject(with: Data(plan.json())) as? [String: Any]
        #expect((object?["steps"] as? [Any])?.count == 4)
    }

    @Test("says that two requests a second do not fit the deadline")
    func tight() {
        let spec = SampleRun(canaryErrors: 0).header.spec
        let plan = PlanTable(
            spec: spec,
            traffic: PlanTable.Traffic(requestsPerSecond: 2, errorShare: 0.005, origin: "--rps")
        )

        #expect(!plan.fitsDeadline)
        #expect(plan.text(style: .plain).contains("tight"))
    }
}
