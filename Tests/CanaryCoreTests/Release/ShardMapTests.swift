import CanaryCore
import Testing

struct ShardMapTests {
    private let canaries = (0..<1000).map { CanaryKey(namespace: "team-\($0 % 40)", name: "service-\($0)") }

    @Test("canaries spread evenly over the members, in any order of them")
    func spread() {
        let map = ShardMap(members: ["c", "a", "b", "a"])
        let other = ShardMap(members: ["b", "c", "a"])
        var counts: [String: Int] = [:]
        for canary in canaries {
            counts[map.owner(of: canary) ?? "", default: 0] += 1
            #expect(map.owner(of: canary) == other.owner(of: canary))
        }

        #expect(counts.keys.sorted() == ["a", "b", "c"])
        #expect(counts.values.allSatisfy { (270...400).contains($0) }, "\(counts)")
    }

    @Test("only the canaries of a member that leaves move")
    func leaving() {
        let before = ShardMap(members: ["haldane-agent-1", "haldane-agent-2", "haldane-agent-3", "haldane-agent-4"])
        let after = ShardMap(members: ["haldane-agent-1", "haldane-agent-2", "haldane-agent-4"])
        for canary in canaries where before.owner(of: canary) != "haldane-agent-3" {
            #expect(before.owner(of: canary) == after.owner(of: canary))
        }
    }

    @Test(
        "the answer is the same on every machine and in every version, and nobody owns anything where nobody is alive"
    )
    func fixed() {
        let map = ShardMap(members: ["a", "b", "c"])
        let owners = canaries.prefix(12).compactMap { map.owner(of: $0) }.joined()

        #expect(owners == "acbaaaaabbaa")
        #expect(ShardMap(members: [] as [String]).owner(of: canaries[0]) == nil)
    }
}
