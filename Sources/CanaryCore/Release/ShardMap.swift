/// Which replica of the agent looks after which canary: rendezvous hashing (Thaler and Ravishankar, 1998) over the replicas alive.
///
/// Each canary goes to the member with the highest score for it, so that a member that leaves or comes moves only the canaries
/// it had or gets: about one in *n*. Everybody who sees the same members gives the same answer, on any machine and in any version.
/// It spreads work; that no two write is the business of each rollout's own Lease.
package struct ShardMap: Sendable, Hashable {
    /// Ids of the replicas that are alive, each once, in order.
    package let members: [String]
    private let seeds: [UInt64]

    package init(members: some Sequence<String>) {
        self.members = Set(members).sorted()
        seeds = self.members.map { Self.hash($0.utf8) }
    }

    /// Who looks after it; nil if nobody is alive.
    ///
    /// - Complexity: linear in the members.
    package func owner(of canary: CanaryKey) -> String? {
        let key = Self.hash("\(canary)".utf8)
        var best: (score: UInt64, member: String)?
        for (member, seed) in zip(members, seeds) {
            let score = Self.mix(key ^ Self.mix(seed))
            if best.map({ score > $0.score }) ?? true { best = (score, member) }
        }
        return best?.member
    }

    package func isOwner(_ member: String, of canary: CanaryKey) -> Bool { owner(of: canary) == member }

    /// FNV-1a (Fowler, Noll and Vo), 64 bits.
    private static func hash(_ bytes: some Sequence<UInt8>) -> UInt64 {
        bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }

    /// The finaliser of SplitMix64 (Steele, Lea and Flood, 2014): FNV alone leaves the high bits of short keys alike.
    private static func mix(_ value: UInt64) -> UInt64 {
        var z = value &+ 0x9e37_79b9_7f4a_7c15
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
