/// The parts of a report, in its order; each is made from the story alone and says in words what it has no data for.
package struct PageSections: Sendable {
    package let meaning: PageSection
    package let timeline: PageSection
    package let split: PageSection
    package let errors: PageSection
    package let evidence: PageSection
    package let latency: PageSection
    package let sources: PageSection
    package let quality: PageSection
    package let method: PageSection

    package init(_ story: RunStory) {
        let view = StoryView(story)
        meaning = MeaningSection.make(view)
        timeline = TimelineSection.make(view)
        split = SplitSection.make(view)
        errors = ErrorSection.make(view)
        evidence = EvidenceSection.make(view)
        latency = LatencySection.make(view)
        sources = SourcesSection.make(view)
        quality = QualitySection.make(view)
        method = MethodSection.make(view)
    }

    package var all: [PageSection] {
        [meaning, timeline, split, errors, evidence, latency, sources, quality, method]
    }
}
