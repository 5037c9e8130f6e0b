import CanaryCore
import CanaryStatistics

/// What the canary meant for users: requests hurt, and what a full rollout would have cost.
enum MeaningSection {
    private static let (id, title, short) = ("meaning", "What it meant for users", "users")

    static func make(_ view: StoryView) -> PageSection {
        guard let harm = view.story.harm else {
            return PageSection(id, title, short: short, nothing: absence(view))
        }
        var blocks: [PageBlock] = [.lead(lead(view, harm))]
        blocks.append(.tiles(tiles(view, harm)))
        blocks.append(.paragraph(method(view)))
        if view.isBeforeAfter {
            blocks.append(
                .caution("Before and after are different times: something else may have changed with the deploy.")
            )
        }
        return PageSection(id, title, short: short, blocks)
    }

    private static func absence(_ view: StoryView) -> String {
        if case .refused = view.story.outcome { return "Nothing was written, so no user was affected." }
        if let untold = view.story.ledger.untold {
            return PageText.sentence(untold.words(view.canary), keeping: view.canary)
        }
        if view.story.ledger.canaryRequests == 0 {
            return
                "\(view.canary) was not seen to get any request, so no user is known to be affected."
        }
        return "What it meant cannot be said: \(view.canary) was never compared with \(view.stable)."
    }

    private static func lead(_ view: StoryView, _ harm: HarmDone) -> String {
        guard view.isSlower, let slow = harm.extraSlow, slow.extra >= 1 else { return failures(view, harm) }
        return
            "About \(PageText.count(slow.extra)) of the \(PageText.requests(harm.requests)) of \(view.canary) that were compared took longer "
            + "than \(PageText.milliseconds(slow.edge)) and would not have on \(view.stable). \(failures(view, harm))"
    }

    private static func failures(_ view: StoryView, _ harm: HarmDone) -> String {
        let words = HarmWords(harm)
        let requests = PageText.requests(harm.requests)
        let rate = PageText.number("\(Phrase.decimal(harm.requestsPerSecond)) requests a second")
        let full = view.isBeforeAfter ? "That is about" : "At 100 % of the traffic it would have been about"
        if words.isProved {
            let extra = PageText.about(harm.extraFailures)
            return
                "About \(extra) of the \(requests) of \(view.canary) that were compared failed and would not have failed on "
                + "\(view.stable) (95 %: \(HarmWords.range(harm.extraFailuresBand))). "
                + "\(full) \(PageText.about(harm.failuresPerHourAtFull)) an hour "
                + "(95 %: \(HarmWords.range(harm.failuresPerHourBand))), at \(rate)."
        }
        if words.isRuledOut {
            return "None of the \(requests) of \(view.canary) that were compared is known to have failed because of it."
        }
        return "No additional failure is proved among the \(requests) of \(view.canary) that were compared: "
            + "\(HarmWords.range(harm.extraFailuresBand)) failed requests are compatible with what was seen (95 %). "
            + "At 100 % of the traffic, \(rate), that is \(HarmWords.range(harm.failuresPerHourBand)) an hour."
    }

    private static func tiles(_ view: StoryView, _ harm: HarmDone) -> [PageTile] {
        let words = HarmWords(harm)
        var tiles = [
            PageTile(
                "\(view.canary)'s requests compared",
                PageText.count(harm.requests),
                "\(PageText.count(harm.failures)) of them failed"
            ),
            PageTile("additional failures", words.number, words.range, tone: words.tone),
            PageTile(
                view.isBeforeAfter ? "in an hour" : "an hour at 100 %",
                words.isProved ? "≈\u{A0}\(PageText.about(harm.failuresPerHourAtFull))" : "none proved",
                "95 %: \(HarmWords.range(harm.failuresPerHourBand))",
                tone: words.tone
            ),
        ]
        if let slow = harm.extraSlow {
            let more = slow.extra >= 0
            tiles.append(
                PageTile(
                    "slower than \(PageText.milliseconds(slow.edge))",
                    "≈\u{A0}\(PageText.count(slow.extra.magnitude)) \(more ? "more" : "fewer")",
                    "than \(view.stable) would have had",
                    tone: more && view.isSlower ? .bad : .neutral
                )
            )
        }
        return tiles
    }

    private static func method(_ view: StoryView) -> String {
        let time = view.isBeforeAfter ? "before the deploy" : "in the same windows"
        return
            "Additional failures are the failed requests of \(view.canary) less what the share of failures of \(view.stable) \(time) "
            + "would have given; 95 % holds however often one looked."
    }
}
