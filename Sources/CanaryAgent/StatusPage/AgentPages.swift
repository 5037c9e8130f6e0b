import CanaryCore
import CanaryReport

/// Makes what an agent shows, once for all readers and at most once a second.
actor AgentPages {
    private struct Made {
        var page: AgentPage
        var fragment: String
        var revision: Int
        var at: ContinuousClock.Instant
    }

    private struct Answered {
        var answer: PageAnswer
        var at: ContinuousClock.Instant
    }

    /// By namespace; nil is all of them.
    private var made: [String?: Made] = [:]
    private var metrics: [MetricsPage.Format: Answered] = [:]
    private var json: Answered?

    /// The whole page.
    ///
    /// - Parameter namespace: shows only its canaries; nil shows all.
    func page(_ site: AgentSite, _ namespace: String?) -> PageAnswer {
        let nonce = PageAnswer.nonce()
        let made = present(site, namespace)
        return .page(made.page.html(fragment: made.fragment, nonce: nonce), nonce: nonce)
    }

    /// The part that changes.
    func fragment(_ site: AgentSite, _ namespace: String?) -> PageAnswer { .html(present(site, namespace).fragment) }

    /// The part that changes, however young the one before is: for the last state.
    func lastFragment(_ site: AgentSite, _ namespace: String?) -> String {
        if made[namespace]?.revision != site.revision { made[namespace] = nil }
        return present(site, namespace).fragment
    }

    func metrics(_ site: AgentSite, _ format: MetricsPage.Format) -> PageAnswer {
        let now = ContinuousClock.now
        if let known = metrics[format], known.at.duration(to: now) < Self.leastAge { return known.answer }
        let answer = PageAnswer.metrics(site.samples(), format)
        metrics[format] = Answered(answer: answer, at: now)
        return answer
    }

    func statusJSON(_ site: AgentSite) -> PageAnswer {
        let now = ContinuousClock.now
        if let json, json.at.duration(to: now) < Self.leastAge { return json.answer }
        guard let view = site.present().view else { return PageAnswer(503, "the agent has not begun yet") }
        let answer = PageAnswer(200, "application/json", view.json())
        json = Answered(answer: answer, at: now)
        return answer
    }

    private func present(_ site: AgentSite, _ namespace: String?) -> Made {
        let (present, now) = (site.present(), ContinuousClock.now)
        if let known = made[namespace] {
            if known.revision == present.revision || known.at.duration(to: now) < Self.leastAge { return known }
        }
        let page = AgentPage(present.view, pages: present.pages, namespace: namespace)
        let result = Made(page: page, fragment: page.fragment, revision: present.revision, at: now)
        // Anybody may ask for namespaces that do not exist.
        if made.count >= Self.mostPages { made = [:] }
        made[namespace] = result
        return result
    }

    private static let leastAge = Duration.seconds(1)
    private static let mostPages = 32
}
