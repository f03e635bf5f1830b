// The flags of the demo's shop: 32 of all types, with targets, rules, gates, rollouts and prerequisites.

const is = (attribute, operator, ...values) => ({ attribute: { attribute, operator, values } });
const any = (...conditions) => ({ group: { group: 'ANY', conditions } });

// Reusable sets of contexts, by the same conditions wherever they are used.
const staff = any(is('email', 'ENDS_WITH', '@example.com'), is('staff', 'EQUALS', true));
const europe = is('country', 'IN', 'NL', 'DE', 'FR', 'BE', 'ES', 'IT', 'FI', 'SE', 'DK', 'AT', 'IE', 'PT');
const paying = is('plan', 'IN', 'pro', 'enterprise');
const modernApp = is('appVersion', 'SEMVER_GREATER_OR_EQUAL', '4.0.0');
const bigSpenders = is('/orders/total', 'GREATER_OR_EQUAL', 1000);

const on = { variation: 'on' };
const off = { variation: 'off' };
const split = (shares, bucketBy = 'targetingKey') => ({
  rollout: {
    bucketBy,
    whenMissing: Object.keys(shares)[0],
    shares: Object.entries(shares).map(([variation, percent]) => ({ variation, weight: percent * 1000 })),
  },
});
const rule = (name, conditions, serve, gatePercent) => ({
  name,
  conditions,
  serve,
  ...(gatePercent === undefined ? {} : { gate: { weight: gatePercent * 1000 } }),
});

const everywhere = (configuration) => ({
  development: { isEnabled: true, ...configuration },
  staging: { isEnabled: true, ...configuration },
  production: { isEnabled: true, ...configuration },
});

const boolean = (key, name, tags, targeting, more = {}) => ({
  flag: { key, name, valueType: 'BOOLEAN', tags, ...more },
  targeting,
});
const simple = (fallthrough, rules = [], more = {}) => ({ offVariation: 'off', fallthrough, rules, ...more });

const text = (key, name, values, tags, targeting, more = {}) => ({
  flag: {
    key,
    name,
    valueType: 'STRING',
    tags,
    variations: values.map((value) => ({ key: value, name: value, value })),
    ...more,
  },
  targeting,
});
const number = (key, name, values, tags, targeting, more = {}) => ({
  flag: {
    key,
    name,
    valueType: 'NUMBER',
    tags,
    variations: Object.entries(values).map(([variation, value]) => ({ key: variation, name: variation, value })),
    ...more,
  },
  targeting,
});
const json = (key, name, values, tags, targeting, more = {}) => ({
  flag: {
    key,
    name,
    valueType: 'JSON',
    tags,
    variations: Object.entries(values).map(([variation, value]) => ({ key: variation, name: variation, value })),
    ...more,
  },
  targeting,
});

const client = { isClientAvailable: true };
const permanent = { lifetime: 'PERMANENT' };

export const demoFlags = [
  boolean('maintenance-mode', 'Maintenance mode', ['operations'], {}, permanent),
  boolean('payments-enabled', 'Payments', ['operations', 'payments'], everywhere(simple(on)), permanent),
  boolean(
    'new-checkout',
    'New checkout',
    ['checkout'],
    {
      development: { isEnabled: true, ...simple(on) },
      staging: { isEnabled: true, ...simple(split({ on: 50, off: 50 })) },
      production: {
        isEnabled: true,
        ...simple(
          split({ on: 20, off: 80 }),
          [rule('Staff', [staff], on), rule('Paying customers in Europe', [europe, paying], on, 50)],
          {
            prerequisites: [{ flagKey: 'payments-enabled', variation: 'on' }],
            targets: [{ variation: 'on', targetingKeys: ['ada'] }],
          },
        ),
      },
    },
    client,
  ),
  boolean(
    'one-click-buy',
    'One-click buying',
    ['checkout'],
    {
      development: { isEnabled: true, ...simple(on) },
      production: {
        isEnabled: true,
        ...simple(off, [rule('Paying', [paying], on)], { prerequisites: [{ flagKey: 'new-checkout', variation: 'on' }] }),
      },
    },
    client,
  ),
  boolean('guest-checkout', 'Checkout without an account', ['checkout'], everywhere(simple(on)), client),
  boolean('gift-wrapping', 'Gift wrapping', ['checkout'], everywhere(simple(off, [rule('Europe', [europe], on)])), client),
  boolean('dark-mode', 'Dark mode', ['appearance'], everywhere(simple(split({ on: 50, off: 50 }))), client),
  boolean(
    'new-header',
    'New page header',
    ['appearance'],
    everywhere(simple(off, [rule('Modern apps', [modernApp], on, 30)])),
    client,
  ),
  boolean('product-video', 'Videos on product pages', ['catalogue'], everywhere(simple(split({ on: 10, off: 90 }))), client),
  boolean('reviews', 'Customer reviews', ['catalogue'], everywhere(simple(on)), { ...client, ...permanent }),
  boolean(
    'review-photos',
    'Photos in reviews',
    ['catalogue'],
    everywhere(simple(split({ on: 25, off: 75 }), [], { prerequisites: [{ flagKey: 'reviews', variation: 'on' }] })),
    client,
  ),
  boolean('wish-list', 'Wish list', ['catalogue'], everywhere(simple(on)), client),
  boolean(
    'stock-alerts',
    'Alerts when back in stock',
    ['catalogue', 'mail'],
    everywhere(simple(off, [rule('Big spenders', [bigSpenders], on)])),
  ),
  boolean(
    'loyalty-points',
    'Loyalty points',
    ['marketing'],
    everywhere(simple(off, [rule('Netherlands first', [is('country', 'EQUALS', 'NL')], on)])),
    client,
  ),
  boolean('referrals', 'Refer a friend', ['marketing'], everywhere(simple(split({ on: 5, off: 95 }))), client),
  boolean(
    'newsletter-popup',
    'Newsletter pop-up',
    ['marketing'],
    everywhere(simple(on, [rule('Not for customers', [paying], off)])),
    client,
  ),
  boolean('fraud-check-v2', 'Second fraud model', ['payments'], everywhere(simple(split({ on: 10, off: 90 }, '/orders/id')))),
  boolean(
    'instant-refunds',
    'Instant refunds',
    ['payments'],
    everywhere(simple(off, [rule('Enterprise', [is('plan', 'EQUALS', 'enterprise')], on)])),
  ),
  boolean('warehouse-api-v3', 'Third version of the warehouse interface', ['operations'], {
    development: { isEnabled: true, ...simple(on) },
  }),
  boolean('verbose-logging', 'Verbose logs', ['operations'], { development: { isEnabled: true, ...simple(on) } }, permanent),
  boolean(
    'support-chat',
    'Chat with support',
    ['support'],
    everywhere(
      simple(off, [
        rule('Office network', [is('ip', 'IP_IN_CIDR', '10.0.0.0/8', '2001:db8::/32')], on),
        rule('Paying', [paying], on),
      ]),
    ),
    client,
  ),
  text(
    'search-engine',
    'Search engine',
    ['classic', 'vector', 'hybrid'],
    ['search'],
    everywhere({ offVariation: 'classic', fallthrough: split({ classic: 60, vector: 20, hybrid: 20 }) }),
    client,
  ),
  text(
    'checkout-theme',
    'Theme of the checkout',
    ['plain', 'warm', 'night'],
    ['appearance', 'checkout'],
    everywhere({
      offVariation: 'plain',
      fallthrough: { variation: 'plain' },
      rules: [
        rule('Dark mode users', [is('/preferences/dark', 'EQUALS', true)], { variation: 'night' }),
        rule('Staff', [staff], { variation: 'warm' }),
      ],
    }),
    client,
  ),
  text(
    'payment-provider',
    'Payment provider',
    ['adyen', 'stripe', 'mollie'],
    ['payments'],
    everywhere({
      offVariation: 'stripe',
      fallthrough: { variation: 'stripe' },
      rules: [rule('Europe', [europe], split({ adyen: 50, mollie: 50 }))],
    }),
  ),
  text(
    'homepage-headline',
    'Headline of the home page',
    ['short', 'long', 'question'],
    ['marketing'],
    everywhere({ offVariation: 'short', fallthrough: split({ short: 34, long: 33, question: 33 }) }),
    client,
  ),
  text(
    'recommendation-model',
    'Model of the recommendations',
    ['none', 'popular', 'personal'],
    ['search'],
    everywhere({
      offVariation: 'none',
      fallthrough: { variation: 'popular' },
      rules: [rule('Known customers', [is('/orders/total', 'GREATER_THAN', 0)], { variation: 'personal' })],
    }),
  ),
  number(
    'free-shipping-threshold',
    'Free shipping from',
    { none: 0, low: 25, normal: 50, high: 75 },
    ['checkout', 'marketing'],
    everywhere({
      offVariation: 'normal',
      fallthrough: { variation: 'normal' },
      rules: [
        rule('Enterprise', [is('plan', 'EQUALS', 'enterprise')], { variation: 'none' }),
        rule('Europe', [europe], { variation: 'low' }),
      ],
    }),
    client,
  ),
  number(
    'search-page-size',
    'Results on a page',
    { small: 12, medium: 24, large: 48 },
    ['search'],
    everywhere({ offVariation: 'medium', fallthrough: split({ small: 10, medium: 80, large: 10 }) }),
    client,
  ),
  number(
    'session-timeout-minutes',
    'Minutes until a session ends',
    { short: 15, normal: 60 },
    ['security'],
    everywhere({ offVariation: 'short', fallthrough: { variation: 'normal' } }),
    permanent,
  ),
  json(
    'delivery-options',
    'Delivery options',
    { standard: { methods: ['post'], days: 3 }, fast: { methods: ['post', 'courier'], days: 1 } },
    ['checkout'],
    everywhere({
      offVariation: 'standard',
      fallthrough: { variation: 'standard' },
      rules: [rule('Paying in Europe', [europe, paying], { variation: 'fast' })],
    }),
    client,
  ),
  json(
    'home-layout',
    'Layout of the home page',
    { grid: { columns: 4, hero: true }, list: { columns: 1, hero: false } },
    ['appearance'],
    everywhere({ offVariation: 'grid', fallthrough: split({ grid: 90, list: 10 }) }),
    client,
  ),
  json(
    'rate-limits',
    'Limits of the public interface',
    { strict: { perMinute: 60 }, relaxed: { perMinute: 600 } },
    ['operations'],
    everywhere({
      offVariation: 'strict',
      fallthrough: { variation: 'strict' },
      rules: [rule('Partners', [is('partner', 'EXISTS')], { variation: 'relaxed' })],
    }),
    permanent,
  ),
];
