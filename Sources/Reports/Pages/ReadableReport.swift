public import Figures
import Projections

/// The readable report: pages, and the supplement's tables on which their numbers rest.
public enum ReadableReport {
    /// What to write.
    public struct Options: Sendable, Hashable {
        /// The language of pages.
        public var language: Language
        /// How many threads may work at once; the bytes do not depend on it.
        public var threads: Int

        /// Options; Chinese on one thread unless said.
        public init(language: Language = .chinese, threads: Int = 1) {
            self.language = language
            self.threads = max(1, threads)
        }
    }

    /// Writes every page. `sink` gets a path with forward slashes, relative to the report, and a whole file's bytes, one file at a time in
    /// an order that depends on the figures alone. Pages are made a few at a time and not kept. `onPages` hears before the first of them
    /// how many there are.
    ///
    /// - Throws: what `sink` throws; ``ReportsError`` where a template of the program is broken.
    public static func write(
        _ figures: ReportFigures, _ context: ReportContext, _ options: Options = Options(), onPages: (_ count: Int) -> Void = { _ in },
        to sink: (_ path: String, _ bytes: [UInt8]) throws -> Void
    ) throws {
        let templates: Templates
        do { templates = try Templates() } catch { throw ReportsError.template(String(describing: error)) }
        let maker = PageMaker(figures, context, options.language)
        let areas = figures.areas
        let towns = areas.towns.filter { maker.hasPage($0) }
        let registers = areas.towns.filter { !maker.facilities(of: $0).isEmpty }
        let communities = areas.communitiesRange.filter { maker.hasPage($0) }
        var pages: [@Sendable () -> Page] = [
            { maker.districtPage() }, { maker.townsPage() }, { maker.facilitiesPage() }, { maker.planPage() }, { maker.definitionsPage() },
            { maker.qualityPage() }, { maker.provenancePage() },
        ]
        pages += towns.map { town in { maker.townPage(town) } }
        pages += registers.map { town in { maker.registerPage(town) } }
        pages += communities.map { area in { maker.communityPage(area) } }
        pages += figures.projected.facilities.indices.map { place in { maker.facilityPage(place) } }
        onPages(pages.count)
        let frame = templates.markup(of: maker.frame)
        try Batches.forEach(pages.count, threads: options.threads) { [pages] number in
            let page = pages[number]()
            return (page.path, templates.render(page, in: frame))
        } receive: { file in
            try sink(file.0, file.1)
        }
    }
}
