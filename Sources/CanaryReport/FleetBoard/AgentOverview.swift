import CanaryCore

/// The words and numbers of an agent's page, as its template takes them; of all namespaces or of one.
struct AgentOverview: Sendable {
    struct Tile: Sendable {
        var label: String
        var number: String
        var tone: String
    }

    struct Space: Sendable {
        var name: String
        var count: Int
        var isShown: Bool
    }

    var headline: String
    var sign: Style.Sign
    var tone: String
    var sentences: [String]
    var cautions: [String]
    var tiles: [Tile]
    /// The worst first.
    var rows: [AgentRow]
    /// What the table says of itself.
    var caption: String
    var spaces: [Space]
    var moreSpaces: Int

    /// More canaries than this are not shown at once, so that a page of thousands stays small.
    static let mostRows = 500
    private static let mostSpaces = 60
    private static let mostCautions = 12

    /// - Parameters:
    ///   - pages: the canaries whose run this process shows.
    ///   - namespace: nil shows all.
    init(_ view: AgentView, pages: Set<CanaryKey>, namespace: String?) {
        let shown = namespace.map { name in view.canaries.filter { $0.key.namespace == name } } ?? view.canaries
        let ranked = shown.map { (rank: CanaryRank($0.status), canary: $0) }
            .sorted { ($0.rank, $0.canary.key) < ($1.rank, $1.canary.key) }
        let counts = ranked.reduce(into: [CanaryRank: Int]()) { $0[$1.rank, default: 0] += 1 }
        rows = ranked.prefix(Self.mostRows).map { AgentRow($0.canary, hasPage: pages.contains($0.canary.key)) }
        tiles = CanaryRank.allCases.compactMap { rank in
            guard let count = counts[rank] else { return nil }
            return Tile(label: rank.words, number: Phrase.count(count), tone: rank.tone)
        }
        (headline, sign, tone) = Self.headline(view, counts)
        sentences = Self.sentences(view, shown, namespace)
        cautions = Self.cautions(view, namespace)
        let of = namespace.map { " of namespace \(AgentRow.cut($0, 63))" } ?? ""
        caption =
            ranked.count > rows.count
            ? "The \(Phrase.count(rows.count)) of \(Phrase.count(ranked.count)) canaries\(of) that need eyes most; the rest are idle "
                + "or further down: choose a namespace, or ask the cluster"
            : "\(Figures.plural(ranked.count, "canary").replacing("canarys", with: "canaries"))\(of), the worst first"
        var perSpace: [String: (rank: CanaryRank, count: Int)] = [:]
        for canary in view.canaries {
            let rank = CanaryRank(canary.status)
            let before = perSpace[canary.key.namespace]
            perSpace[canary.key.namespace] = (min(rank, before?.rank ?? rank), (before?.count ?? 0) + 1)
        }
        let all = perSpace.sorted { ($0.value.rank, $0.key) < ($1.value.rank, $1.key) }
        spaces = all.prefix(Self.mostSpaces).map {
            Space(name: $0.key, count: $0.value.count, isShown: $0.key == namespace)
        }
        moreSpaces = all.count - spaces.count
    }

    private static func headline(_ view: AgentView, _ counts: [CanaryRank: Int]) -> (String, Style.Sign, String) {
        if let reason = view.unreadiness { return ("not ready: \(reason)", .open, "warning") }
        if view.policies.contains(where: { $0.brakes != nil }) { return ("the brakes hold", .failed, "bad") }
        let worst = CanaryRank.allCases.filter { $0 < .progressing }.compactMap { rank in
            counts[rank].map { (rank, "\(Phrase.count($0)) \(rank.words)") }
        }
        if let first = worst.first?.0 {
            return (worst.map(\.1).joined(separator: ", "), first.sign, first.tone)
        }
        let running = [CanaryRank.progressing, .baking, .watching].reduce(0) { $0 + (counts[$1] ?? 0) }
        if running > 0 { return ("\(Figures.plural(running, "rollout")) going on", .started, "neutral") }
        if let waiting = counts[.waiting] {
            return ("\(Figures.plural(waiting, "release")) waiting to begin", .open, "warning")
        }
        return (counts.isEmpty ? "nothing to look after" : "all quiet", .done, "good")
    }

    private static func sentences(
        _ view: AgentView,
        _ shown: [AgentView.Canary],
        _ namespace: String?
    ) -> [String] {
        let own = shown.reduce(0) { $0 + ($1.owner == nil ? 1 : 0) }
        let what = namespace.map { "namespace \($0)" } ?? view.scope
        let canaries = shown.count == 1 ? "1 canary" : "\(Phrase.count(shown.count)) canaries"
        let members = max(view.members.count, 1)
        let share =
            members > 1 || own != shown.count
            ? "; this replica looks after \(Phrase.count(own)) of them, \(Figures.plural(members, "replica")) in all"
            : ""
        return ["\(canaries) in \(what)\(share)."]
    }

    /// What holds for many canaries at once, brakes first.
    private static func cautions(_ view: AgentView, _ namespace: String?) -> [String] {
        let policies = view.policies.filter { policy in
            switch policy.scope {
            case .cluster: true
            case .namespace(let name), .object(let name, _): namespace == nil || namespace == name
            }
        }
        var all = policies.compactMap(\.brakes) + policies.compactMap(\.freeze)
        if let orphans = view.orphans, orphans > 0 {
            let whose = orphans == 1 ? "1 rollout has" : "\(Phrase.count(orphans)) rollouts have"
            let text = "\(whose) no holder any more and could not be taken over yet: the weights stay as they are"
            all.insert(text, at: 0)
        }
        all += view.mirrors.compactMap { mirror in
            mirror.failure.map { "\(mirror.kind) are not kept up to date: \($0)" }
        }
        all += policies.compactMap(\.window) + view.notes.reversed()
        let more = all.count - mostCautions
        return all.prefix(mostCautions).map { PageText.sentence(AgentRow.cut($0, 600)) }
            + (more > 0 ? ["And \(Figures.plural(more, "more note")), see below and in the log."] : [])
    }
}
