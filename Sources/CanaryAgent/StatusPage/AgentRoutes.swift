import CanaryCore
import CanaryReport

/// What the pages of an agent answer to which request. Everything is read-only.
struct AgentRoutes: Sendable {
    private let site: AgentSite
    private let pages: AgentPages

    init(_ site: AgentSite, _ pages: AgentPages) {
        self.site = site
        self.pages = pages
    }

    func reply(to request: ControlRequest) async -> PageReply {
        let parts = request.path.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map { $0 }
        switch parts.first {
        case "namespace" where parts.count > 1: return await namespace(request, Array(parts.dropFirst()))
        case "run" where parts.count > 2: return await run(request, Array(parts.dropFirst()))
        default: break
        }
        if let refusal = Self.refusal(request) { return .answer(refusal) }
        switch request.path {
        case "/status.json": return .answer(await pages.statusJSON(site))
        case "/metrics":
            return .answer(await pages.metrics(site, MetricsPage.Format(accept: request.fields["accept"])))
        case "/healthz": return .answer(PageAnswer(site.health))
        case "/readyz": return .answer(PageAnswer(site.readiness))
        default: return await overview(request, request.path, nil) ?? .answer(Self.unknown)
        }
    }

    /// `namespace/NAME/…`: the overview of one namespace.
    private func namespace(_ request: ControlRequest, _ parts: [Substring]) async -> PageReply {
        guard let name = PagePath.name(parts[0]), parts.count <= 2 else { return .answer(Self.unknown) }
        if let refusal = Self.refusal(request) { return .answer(refusal) }
        guard parts.count == 2 else { return .answer(Self.moved(to: "\(PagePath.segment(name))/")) }
        return await overview(request, "/\(parts[1])", name) ?? .answer(Self.unknown)
    }

    /// - Returns: nil if there is no such page.
    private func overview(_ request: ControlRequest, _ path: String, _ namespace: String?) async -> PageReply? {
        switch path {
        case "/": return .answer(await pages.page(site, namespace))
        case "/fragment": return .answer(await pages.fragment(site, namespace))
        case "/events" where request.method == "HEAD": return .answer(PageAnswer(200, "text/event-stream", []))
        case "/events":
            return .stream(
                PageStream(
                    revision: { [site] in site.revision },
                    isOver: { [site] in site.isOver },
                    last: { [site, pages] in await pages.lastFragment(site, namespace) },
                    calm: 3
                )
            )
        default: return nil
        }
    }

    /// `run/NAMESPACE/NAME/…`: the pages of one run.
    private func run(_ request: ControlRequest, _ parts: [Substring]) async -> PageReply {
        guard let namespace = PagePath.name(parts[0]), let name = PagePath.name(parts[1]), parts.count <= 3 else {
            return .answer(Self.unknown)
        }
        guard let run = site.run(of: CanaryKey(namespace: namespace, name: name)) else {
            let words =
                "no run of \(PlainLine.of("\(namespace)/\(name)", limit: 300)) is shown by this replica: another one has "
                + "it, or it ended a while ago; / shows all canaries"
            return .answer(PageAnswer(404, words))
        }
        guard parts.count == 3 else {
            return .answer(Self.refusal(request) ?? Self.moved(to: "\(PagePath.segment(name))/"))
        }
        return await run.routes.reply(to: request, at: "/\(parts[2])")
    }

    private static func refusal(_ request: ControlRequest) -> PageAnswer? {
        PageGuard.refusal(ofMethod: request.method, steer: "canaries with `kubectl` or `haldane pause`, `rollback` …")
    }

    /// - Parameter place: relative to where the request was.
    private static func moved(to place: String) -> PageAnswer {
        var answer = PageAnswer(308, "it is at \(place)")
        answer.fields = [PageAnswer.Field(name: "Location", value: place)]
        return answer
    }

    private static let unknown = PageAnswer(
        404,
        "there is only /, /status.json, /metrics, /healthz, /readyz, /namespace/NAME/ and /run/NAMESPACE/NAME/"
    )
}
