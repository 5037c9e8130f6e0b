import CanaryCore
import FoundationEssentials
import Testing

@Suite("Images of the two versions of a run")
struct ReleaseImagesTests {
    private static func population(_ stable: String?, _ canary: String?, hash: String = "b1") -> Population {
        Population(
            stable: .init(ready: 1, total: 1, hashes: ["a1"], image: stable),
            canary: .init(ready: 1, total: 1, hashes: [hash], image: canary),
            namespace: "shop"
        )
    }

    private static func header(_ population: Population) -> RunHeader {
        RunHeader(
            version: "0",
            run: "run-1",
            startedAt: Timestamp(milliseconds: 1_780_000_000_000),
            spec: ReleaseLab.spec,
            roles: .asNamed,
            place: "VirtualService shop/reviews",
            release: Rollout.Release(population),
            images: ReleaseImages(population)
        )
    }

    /// A run in which these pods were seen after its start.
    private static func progress(_ header: RunHeader, seen: Population?) -> RunProgress {
        var rollout = Rollout(rules: RolloutRules(header.spec))
        if let seen { _ = rollout.handle(.population(seen), at: header.startedAt) }
        return RunProgress(.started, header: header, at: header.startedAt, rollout: rollout, ledger: RunLedger())
    }

    @Test("versions are named by label, revision and image, as far as they are known")
    func versions() {
        let header = Self.header(Self.population("reviews:1.4.2", "reviews:1.5.0"))
        let words = Self.progress(header, seen: nil).versions
        #expect(words == "canary v2 (b1, reviews:1.5.0), stable v1 (a1, reviews:1.4.2)")
        var older = header
        older.images = nil
        #expect(Self.progress(older, seen: nil).versions == "canary v2 (b1), stable v1 (a1)")
        older.release = nil
        #expect(Self.progress(older, seen: nil).versions == nil)
    }

    @Test("a canary that was replaced before the first step is not called by the old one's image")
    func replaced() {
        let header = Self.header(Self.population("reviews:1.4.2", "reviews:1.5.0"))
        let blind = Self.progress(header, seen: Self.population(nil, nil, hash: "c1")).images
        #expect(blind == ReleaseImages(stable: "reviews:1.4.2", canary: nil))
        let seen = Self.progress(header, seen: Self.population(nil, "reviews:1.6.0", hash: "c1")).images
        #expect(seen.canary == "reviews:1.6.0")
    }

    @Test("headers and pods without images are read, and written without the member")
    func compatible() throws {
        let header = Self.header(Self.population(nil, nil))
        #expect(header.images == nil)
        let bytes = try JSONEncoder().encode(header)
        #expect(!String(decoding: bytes, as: UTF8.self).contains("image"))
        #expect(try JSONDecoder().decode(RunHeader.self, from: bytes) == header)
        let pods = Data(#"{"ready":1,"total":2,"hashes":["a1"]}"#.utf8)
        let side = try JSONDecoder().decode(Population.Side.self, from: pods)
        #expect(side == Population.Side(ready: 1, total: 2, hashes: ["a1"]))
    }
}
