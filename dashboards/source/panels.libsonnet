// How a panel is made, and where it stands. In expressions and legends <program>, <host>, <service> and <rate> stand for the words
// below, so that each is said once.
local words = {
  host: 'job=~"$job", instance=~"$instance"',
  program: self.host + ', service=~"$service", unit=~"$unit", container_id=~"$container", comm=~"$comm"',
  service: 'job, instance, service, comm, container_id, unit',
  rate: '$__rate_interval',
};
local spell(text, words) =
  std.foldl(function(said, word) std.strReplace(said, '<' + word + '>', words[word]), std.objectFields(words), text);

local datasource = { type: 'prometheus', uid: '${datasource}' };

local targets(queries, more) = [
  {
    datasource: datasource,
    editorMode: 'code',
    expr: spell(queries[i][1], words),
    legendFormat: spell(queries[i][0], { service: '{{service}} {{container_id}}' }),
    range: !self.instant,
    refId: 'ABCDEFGH'[i],
  } + more
  for i in std.range(0, std.length(queries) - 1)
];

// [[0.5, 'orange'], …]: the colour from a value on; `base` is that below the first.
local steps(marks, base='green') = {
  mode: 'absolute',
  steps: [{ color: base, value: null }] + [{ color: mark[1], value: mark[0] } for mark in marks],
};

local panel(type, id, title, unit, description, queries, more) = {
  id: id,
  type: type,
  title: title,
  description: description,
  datasource: datasource,
  targets: targets(queries, more),
  fieldConfig: { defaults: { unit: unit, noValue: 'none', thresholds: steps([]) }, overrides: [] },
};

{
  datasource: datasource,
  words: words,
  steps: steps,

  /// A line over time for each series. `queries`: [[legend, expression], …]
  graph(id, title, unit, description, queries): panel('timeseries', id, title, unit, description, queries, { instant: false }) + {
    fieldConfig+: { defaults+: {
      color: { mode: 'palette-classic' },
      min: 0,
      custom: {
        axisSoftMin: 0,
        drawStyle: 'line',
        fillOpacity: 10,
        lineInterpolation: 'linear',
        lineWidth: 1,
        showPoints: 'never',
        spanNulls: false,
        stacking: { group: 'A', mode: 'none' },
        thresholdsStyle: { mode: 'off' },
      },
    } },
    options: {
      legend: { calcs: ['lastNotNull', 'max'], displayMode: 'table', placement: 'bottom', showLegend: true },
      tooltip: { mode: 'multi', sort: 'desc' },
    },
  },
  stacked: { fieldConfig+: { defaults+: { custom+: { fillOpacity: 30, stacking+: { mode: 'normal' } } } } },
  /// What goes up against what goes down.
  mirrored: { fieldConfig+: { defaults+: { min:: null } } },
  share: { fieldConfig+: { defaults+: { max: 1 } } },
  marked(marks, base='green'): {
    fieldConfig+: { defaults+: { thresholds: steps(marks, base), custom+: { thresholdsStyle: { mode: 'dashed' } } } },
  },
  runbook(page): {
    fieldConfig+: { defaults+: { links: [{ targetBlank: true, title: 'Runbook', url: '${runbooks}/' + page }] } },
  },

  /// One number now. `marks` colour it; without them it is plain.
  stat(id, title, unit, description, expression, marks=[], base='green'): panel('stat', id, title, unit, description, [['__auto', expression]], { instant: true }) + {
    fieldConfig+: { defaults+: {
      color: { mode: 'thresholds' },
      mappings: [],
      noValue: '0',
      thresholds: steps(marks, base),
    } },
    options: {
      colorMode: if marks == [] then 'value' else 'background',
      graphMode: 'none',
      justifyMode: 'auto',
      orientation: 'auto',
      reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
      textMode: 'auto',
    },
  },
  decimals(number): { fieldConfig+: { defaults+: { decimals: number } } },
  /// [[value, text, colour], …]
  mapping(values): {
    type: 'value',
    options: { [values[i][0]]: { text: values[i][1], color: values[i][2], index: i } for i in std.range(0, std.length(values) - 1) },
  },

  /// A line a label set now. `columns`: [[field, heading], …] from left to right; `sort` is the heading that it is sorted by.
  table(id, title, description, expressions, columns, sort): panel('table', id, title, 'short', description, [['__auto', one] for one in expressions], { format: 'table', instant: true }) + {
    local fields = [column[0] for column in columns],
    fieldConfig+: { defaults+: { custom: { align: 'auto', filterable: true } } },
    options: { cellHeight: 'sm', showHeader: true, sortBy: [{ desc: true, displayName: sort }] },
    transformations: (if std.length(expressions) > 1 then [{ id: 'merge', options: {} }] else []) + [
      { id: 'filterFieldsByName', options: { include: { names: fields } } },
      {
        id: 'organize',
        options: {
          excludeByName: { Time: true, __name__: true },
          indexByName: { [fields[i]]: i for i in std.range(0, std.length(fields) - 1) },
          renameByName: { [column[0]]: column[1] for column in columns if column[1] != null },
        },
      },
    ],
  },
  service_columns: [['service', 'Service'], ['comm', 'Program'], ['unit', 'Unit'], ['container_id', 'Container']],
  /// Properties of the column under a heading.
  column(heading, properties): {
    fieldConfig+: { overrides+: [{
      matcher: { id: 'byName', options: heading },
      properties: [{ id: property[0], value: property[1] } for property in properties],
    }] },
  },
  coloured: ['custom.cellOptions', { type: 'color-text' }],

  wide(width): { width:: width },

  /// Panels side by side, of one height; together as wide as the page.
  line(panels, height=8): { panels: panels, height: height },

  /// Rows of lines, [[id, title, lines], …], as the flat list of panels that Grafana loads.
  place(rows)::
    local place_line(line, y) = std.foldl(
      function(done, one)
        local width = if std.objectHasAll(one, 'width') then one.width else 24 / std.length(line.panels);
        { x: done.x + width, panels: done.panels + [one { gridPos: { h: line.height, w: width, x: done.x, y: y } }] },
      line.panels,
      { x: 0, panels: [] }
    ).panels;
    local place_row(done, row) = std.foldl(
      function(placed, line) { y: placed.y + line.height, panels: placed.panels + place_line(line, placed.y) },
      row[2],
      { y: done.y + 1, panels: done.panels + [{ id: row[0], type: 'row', title: row[1], collapsed: false, panels: [], gridPos: { h: 1, w: 24, x: 0, y: done.y } }] }
    );
    std.foldl(place_row, rows, { y: 0, panels: [] }).panels,
}
