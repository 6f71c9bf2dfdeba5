import Figures

extension Table {
    /// `coverage.csv`: every figure of every area at D.
    static let coverage = Table(
        "coverage", "覆盖情况", "Coverage", columns: AreaColumns.all + FigureCatalog.all.map(Column.init), key: ["level", "code"]
    ) { figures, _, writer in
        writer.areas(figures.asOf, FigureCatalog.all)
    }
}
