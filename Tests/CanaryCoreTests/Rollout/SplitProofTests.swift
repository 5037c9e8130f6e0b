import CanaryCore
import Testing

@Suite("Proof of the split")
struct SplitProofTests {
    private func status(
        _ claim: SplitProof.Claim,
        stable: Int,
        canary: Int,
        rounds: Int = 12
    ) -> SplitProof.Status {
        var proof = SplitProof(claim)
        for _ in 0..<rounds { proof.observe(stable: stable, canary: canary, isSettled: true) }
        return proof.status
    }

    @Test(
        "a weight is proved when it fits and the previous one does not",
        arguments: [
            (0.0, 0.05), (0.05, 0.10), (0.10, 0.25), (0.5, 1.0), (0.0, 0.001), (0.0, 0.005), (0.99, 1.0), (0.10, 0.05),
        ]
    )
    func proved(from: Double, to: Double) {
        let canary = Int((to * 10_000).rounded())

        #expect(status(.share(from: from, to: to), stable: 10_000 - canary, canary: canary) == .proved)
    }

    @Test("a weight that is not in force is contradicted", arguments: [(0.0, 0.05), (0.05, 0.10), (0.5, 1.0)])
    func contradicted(from: Double, to: Double) {
        let canary = Int((from * 10_000).rounded())

        #expect(status(.share(from: from, to: to), stable: 10_000 - canary, canary: canary) == .contradicted)
    }

    @Test("few requests prove nothing")
    func testing() {
        #expect(status(.share(from: 0.05, to: 0.10), stable: 9, canary: 1, rounds: 5) == .testing)
    }

    @Test("windows before settle, and the first round, do not count")
    func settling() {
        var proof = SplitProof(.share(from: 0, to: 0.5))
        for _ in 0..<10 { proof.observe(stable: 10_000, canary: 0, isSettled: false) }
        #expect(proof.status == .settling)

        var early = SplitProof(.share(from: 0, to: 0.5))
        early.observe(stable: 5000, canary: 5000, isSettled: true)
        #expect(early.status == .settling)
    }

    @Test("a few requests under way do not contradict 0 or 100 %")
    func edges() {
        #expect(status(.share(from: 0.5, to: 1), stable: 10, canary: 9990) == .proved)
        #expect(status(.share(from: 0.5, to: 0), stable: 9990, canary: 10) == .proved)
    }

    @Test("a share that only wobbles has not moved")
    func wobble() {
        #expect(status(.moved(from: 0.050, isUp: true), stable: 949, canary: 51, rounds: 3) == .testing)
        #expect(status(.moved(from: 0.050, isUp: true), stable: 900, canary: 100) == .proved)
        #expect(status(.moved(from: 0.050, isUp: true), stable: 990, canary: 10) == .contradicted)
        #expect(status(.moved(from: 0.100, isUp: false), stable: 950, canary: 50) == .proved)
    }

    @Test("the first move needs some canary requests, and their absence is no contradiction")
    func firstMove() {
        #expect(status(.moved(from: 0, isUp: true), stable: 10_000, canary: 0) == .testing)
        #expect(status(.moved(from: 0, isUp: true), stable: 10_000, canary: 1) == .proved)
    }

    @Test("counts of any size are taken")
    func absurd() {
        var proof = SplitProof(.share(from: 0, to: 0.5))
        for _ in 0..<5 {
            proof.observe(stable: .max, canary: .max, isSettled: true)
            proof.observe(stable: .min, canary: -1, isSettled: true)
        }

        #expect(proof.stable >= 0 && proof.canary >= 0)
    }
}
