extension StatusView {
    /// As the template takes it: everything is text, and escaped.
    var values: [String: PageValue] {
        [
            "name": .text(name),
            "headline": .text(headline),
            "sign": .text(sign),
            "tone": .text(tone),
            "stable": .text(stable),
            "canary": .text(canary),
            "elapsed": .text(elapsed),
            "why": .list(why.map { .text($0) }),
            "paused": .list(paused.map { .text($0) }),
            "next": .text(next),
            "sides": .list(sides.map(\.values)),
            "hasObjectives": .flag(!objectives.isEmpty),
            "objectives": .list(objectives.map(\.values)),
            "notes": .list(notes.map { .text($0) }),
            "hasNotices": .flag(!notices.isEmpty),
            "notices": .list(notices.map(\.values)),
            "place": .text(place),
            "versions": .list(versions.map { .text($0) }),
            "run": .text(run),
            "journal": .text(journal),
        ]
    }
}

extension StatusView.Side {
    fileprivate var values: PageValue {
        [
            "role": .text(role),
            "label": .text(label),
            "weight": .text(weight),
            "observed": .text(observed),
            "requests": .text(requests),
            "failed": .text(failed),
            "pods": .text(pods),
        ]
    }
}

extension StatusView.Objective {
    fileprivate var values: PageValue {
        [
            "objective": .text(name),
            "stableShare": .text(stable),
            "canaryShare": .text(canary),
            "difference": .text(difference),
            "safety": .list(safety.map(\.values)),
            "harm": .list(harm.map(\.values)),
        ]
    }
}

extension StatusView.Bar {
    fileprivate var values: PageValue { ["percent": .text("\(percent)"), "words": .text(words)] }
}

extension StatusView.Notice {
    fileprivate var values: PageValue {
        ["urgency": .text(urgency), "tone": .text(tone), "message": .text(message)]
    }
}
