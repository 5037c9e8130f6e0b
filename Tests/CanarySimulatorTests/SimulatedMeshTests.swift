import CanarySimulator
import Testing

@Suite struct SimulatedMeshTests {
    @Test("the same seed gives the same mesh", arguments: Scenario.allCases)
    func determinism(scenario: Scenario) {
        var first = SimulatedMesh(configuration: MeshConfiguration(scenario: scenario, seed: 7))
        var second = first

        for mesh in 0..<2 {
            for share in [0.0, 0.05, 0.25] {
                if mesh == 0 {
                    first.advance(by: 40, canaryShare: share)
                } else {
                    second.advance(by: 40, canaryShare: share)
                }
            }
        }

        #expect(first == second)
        #expect(first.pods.map { first.page(of: $0) } == second.pods.map { second.page(of: $0) })
    }

    @Test("another seed gives other requests")
    func seeds() {
        var first = SimulatedMesh(configuration: MeshConfiguration(scenario: .healthy, seed: 1))
        var second = SimulatedMesh(configuration: MeshConfiguration(scenario: .healthy, seed: 2))

        first.advance(by: 30, canaryShare: 0.1)
        second.advance(by: 30, canaryShare: 0.1)

        #expect(first.truth != second.truth)
    }

    @Test("the length of the steps in which time passes does not matter", arguments: Scenario.allCases)
    func callPattern(scenario: Scenario) {
        var coarse = SimulatedMesh(configuration: MeshConfiguration(scenario: scenario, seed: 3))
        var fine = coarse
        var odd = coarse

        coarse.advance(by: 30, canaryShare: 0.2)
        for _ in 0..<300 { fine.advance(by: 0.1, canaryShare: 0.2) }
        for _ in 0..<810 { odd.advance(by: 0.037, canaryShare: 0.2) }
        odd.advance(by: 0.03, canaryShare: 0.2)

        #expect(coarse == fine)
        #expect(coarse == odd)
    }

    @Test("other weights divide the same arrivals differently")
    func commonArrivals() {
        var little = SimulatedMesh(configuration: MeshConfiguration(scenario: .healthy, seed: 5))
        var much = little

        little.advance(by: 60, canaryShare: 0.05)
        much.advance(by: 60, canaryShare: 0.5)

        let (first, second) = (little.truth, much.truth)
        #expect(first.stable.requests + first.canary.requests == second.stable.requests + second.canary.requests)
        #expect(first.canary.requests < second.canary.requests)
    }

    @Test("arrivals have the rate that was asked for", arguments: [2.0, 300, 5000])
    func rate(requestsPerSecond: Double) {
        let configuration = MeshConfiguration(scenario: .healthy, seed: 11, requestsPerSecond: requestsPerSecond)
        var mesh = SimulatedMesh(configuration: configuration)

        mesh.advance(by: 200, canaryShare: 0)

        let expected = requestsPerSecond * 200
        let deviation = Double(mesh.truth.stable.requests) - expected
        #expect(deviation.magnitude < 5 * expected.squareRoot())
    }

    @Test("the canary's share of the requests is its weight", arguments: [0.05, 0.1, 0.25, 0.5])
    func share(weight: Double) {
        var mesh = SimulatedMesh(configuration: MeshConfiguration(scenario: .healthy, seed: 13))

        mesh.advance(by: 300, canaryShare: weight)

        let truth = mesh.truth
        let count = Double(truth.stable.requests + truth.canary.requests)
        let deviation = Double(truth.canary.requests) / count - weight
        #expect(deviation.magnitude < 5 * (weight * (1 - weight) / count).squareRoot())
    }

    @Test(
        "weight 0 gives the canary nothing and weight 1 everything",
        arguments: Scenario.allCases.filter { $0 != .bypass }
    )
    func extremes(scenario: Scenario) {
        var mesh = SimulatedMesh(configuration: MeshConfiguration(scenario: scenario, seed: 17))

        mesh.advance(by: 100, canaryShare: 0)
        #expect(mesh.truth.canary.requests == 0)
        #expect(mesh.truth.firstCanaryRequestSeconds == nil)
        let before = mesh.truth.stable.requests
        mesh.advance(by: 100, canaryShare: 1)

        #expect(before > 0)
        #expect(mesh.truth.stable.requests == before)
        #expect(mesh.truth.canary.requests > 0)
    }

    @Test("the pods of a version share its traffic evenly")
    func podBalance() throws {
        var mesh = SimulatedMesh(configuration: MeshConfiguration(scenario: .healthy, seed: 19))

        mesh.advance(by: 400, canaryShare: 0.2)

        let pages = try mesh.pods.map { ExpositionLines(try #require(mesh.page(of: $0))) }
        let counts = pages.map { $0.total("istio_requests_total", ["reporter": "destination"]) }
        #expect(counts.count == 10)
        for count in counts { #expect((Double(count) / 12000 - 1).magnitude < 0.05) }
    }

    @Test("impossible numbers are brought into range")
    func impossibleNumbers() {
        let configuration = MeshConfiguration(
            scenario: .healthy,
            seed: .max,
            requestsPerSecond: .nan,
            stablePods: -3,
            canaryPods: .max,
            baseErrors: 7,
            epochSeconds: .min
        )
        var mesh = SimulatedMesh(configuration: configuration)

        mesh.advance(by: .nan, canaryShare: .nan)
        mesh.advance(by: -5, canaryShare: -1)
        mesh.advance(by: 1, canaryShare: .infinity)

        #expect(configuration.stablePods == 1)
        #expect(configuration.canaryPods == 500)
        #expect(configuration.baseErrors == 1)
        #expect(mesh.now == 1)
        #expect(mesh.truth.canary.requests == 0)
        #expect(mesh.page(of: "nobody") == nil)
    }
}
