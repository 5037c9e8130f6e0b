import CanaryCore
import CanaryStatistics
import CanaryTelemetry

/// How it was decided: the tests in plain words, the error allowed and spent, the spec, and how to check all of it.
enum MethodSection {
    private static let (id, title, short) = ("method", "How this was decided", "method")

    static func make(_ view: StoryView) -> PageSection {
        var blocks: [PageBlock] = [.lead(lead(view))]
        for (heading, words) in tests(view) {
            blocks.append(.heading(heading))
            blocks.append(.paragraph(words))
        }
        blocks.append(.heading("Error allowed and spent"))
        blocks.append(.terms(budget(view)))
        blocks.append(.heading("What this rests on"))
        blocks.append(.list(assumptions(view)))
        blocks.append(.heading("The rules that were in force"))
        blocks.append(
            .table(
                PageTable(
                    "Effective spec",
                    columns: [.init("key"), .init("value", isWide: true)],
                    rows: SpecRows.make(view.header.spec).map { .init([$0.name, $0.words]) }
                )
            )
        )
        blocks.append(.heading("Check it yourself"))
        blocks.append(
            .paragraph(
                "The journal holds the evidence of every window. Replaying it recomputes each verdict and tells whether it is the same "
                    + "bit for bit; other margins can be tried with --set."
            )
        )
        blocks.append(.code(commands(view)))
        return PageSection(id, title, short: short, blocks)
    }

    private static func lead(_ view: StoryView) -> String {
        if view.isBeforeAfter {
            return
                "Requests before the deploy were compared with requests after it. Time passed in between, so this is a weaker "
                + "comparison than one of two versions side by side."
        }
        return
            "\(view.stable) and \(view.canary) were compared in the same windows of time, on counts of requests, "
            + "with tests that may be looked at after every window without losing their promise."
    }

    private static func tests(_ view: StoryView) -> [(String, String)] {
        let spec = view.header.spec
        let errors = spec.objectives.errors
        let latency = spec.objectives.latency
        let alpha = PageText.percent(spec.guards.falseRollback)
        var tests = [
            (
                "Rolling back",
                "For failed requests and for requests slower than fixed latencies, each window gives a factor whose mean is at most 1 as long as "
                    + "\(view.canary) is within the tolerance: at most \(PageText.number(Phrase.decimal(errors.ratio))) times \(view.stable)'s share of "
                    + "failures plus \(PageText.number(Phrase.decimal(errors.tolerance * 100))) pp, and at most \(PageText.percent(latency.tolerance)) slower. The product of the "
                    + "factors is the evidence. By Ville's inequality it reaches \(PageText.odds(-Elementary.log(spec.guards.falseRollback))) in at most "
                    + "\(alpha) of rollouts of an equal release, however often one looks. What bursts of single pods may have contributed is deducted, "
                    + "and neither one window nor one pod alone can cause a rollback."
            ),
            (
                "Promoting",
                "The same factors the other way round prove that \(view.canary) is not worse than the step's budget "
                    + "(\(PageText.number(Phrase.decimal(errors.budget * 100))) pp more failures of the whole service, \(PageText.percent(latency.budget)) slower), for each metric "
                    + "at \(PageText.odds(-Elementary.log(spec.guards.falsePromotion))). The budget gets stricter with each step, as more users are "
                    + "affected. Too few requests prove nothing, so silence never promotes."
            ),
            (
                "What is shown",
                "Bands and intervals are 95 % confidence sequences (Howard and Ramdas 2022 for shares and quantiles; inversion of the same products "
                    + "for differences): the true value stays inside for the whole run with 95 % probability. They explain; they do not decide."
            ),
        ]
        if let bar = spec.guards.absoluteErrors {
            tests.append(
                (
                    "Absolute guard",
                    "If the last two windows hold at least 20 requests of \(view.canary), more than \(PageText.percent(bar)) of them failed, and "
                        + "\(view.stable)'s share is below half of that, it rolls back at once. This rule stands outside of the promise above."
                )
            )
        }
        if !spec.objectives.metrics.isEmpty {
            tests.append(
                (
                    "Metrics of your own",
                    "\(Figures.plural(spec.objectives.metrics.count, "query result")) are judged beside errors and latency; the two groups share the "
                        + "allowed error, half of it each."
                )
            )
        }
        if spec.steps.contains(where: { $0 >= 100 }), !view.isPast {
            tests.append(
                (
                    "Bake",
                    "At 100 % there is nothing to compare with at the same time. For \(PageText.duration(spec.pace.bake.inSeconds)) rollback stays armed "
                        + "against \(view.stable)'s last half hour: a before/after comparison, confounded by time."
                )
            )
        }
        return tests
    }

    private static func budget(_ view: StoryView) -> [PageTerm] {
        let guards = view.header.spec.guards
        var terms = [
            PageTerm("allowed: rolling back an equal release", "\(PageText.percent(guards.falseRollback)) of rollouts"),
            PageTerm(
                "allowed: advancing past a missed budget",
                "\(PageText.percent(guards.falsePromotion)) of budgets"
            ),
        ]
        guard let most = view.story.budget.mostHarm, let bar = view.story.budget.harmThreshold else {
            terms.append(PageTerm("spent", "nothing: the versions were never compared"))
            return terms
        }
        // Evidence of k : 1 is reached by equal releases in at most 1 of k rollouts.
        let chance = most > 0 ? Elementary.exp(-most) : 1
        let words =
            most <= 0
            ? "evidence of harm never rose above 1 : 1"
            : "evidence of harm reached \(PageText.odds(most)), where \(PageText.odds(bar)) rolls back; an equal release gets as far in "
                + "\(chance < 0.0001 ? "less than 0.01\u{A0}%" : "at most \(PageText.percent(chance))") of rollouts"
        terms.append(PageTerm("spent", words))
        return terms
    }

    private static func assumptions(_ view: StoryView) -> [String] {
        var items: [String] = []
        if view.isBeforeAfter {
            items.append("Nothing but the deploy changed between before and after. Nobody can prove that.")
        } else {
            items.append("Requests are given to the versions by weight, and not by who sends them.")
            items.append(
                "Failures come in bursts no larger, for their number, than \(view.stable)'s own pods have shown."
            )
        }
        if view.header.spec.telemetry.comparable == .assume {
            items.append("That both versions get comparable requests was assumed by the spec (telemetry.comparable).")
        }
        items.append("The \(view.header.spec.telemetry.reporter.rawValue) proxies count every request once.")
        return items
    }

    private static func commands(_ view: StoryView) -> String {
        let path = quoted(view.story.journalPath ?? "JOURNAL")
        return "haldane replay \(path)\nhaldane explain \(path)"
    }

    /// A path as a shell takes it.
    private static func quoted(_ path: String) -> String {
        let isPlain = path.unicodeScalars.allSatisfy { scalar in
            scalar.isASCII
                && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil
                    || "/._-+:@".unicodeScalars.contains(scalar))
        }
        return isPlain && !path.isEmpty ? path : "'\(path.replacing("'", with: "'\\''"))'"
    }
}
