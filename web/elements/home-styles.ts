import { css } from 'lit'

export const homeStyles = css`
  .glance {
    display: flex;
    gap: 1.1rem;
    align-items: center;
    padding: 1.5rem 1.6rem;
    border-radius: calc(var(--radius) + 4px);
  }
  .glance > .icon {
    width: 3.2rem;
    height: 3.2rem;
  }
  .glance h1 {
    font-size: 1.75rem;
  }
  .glance p {
    color: var(--text);
  }
  .glance.none {
    background: var(--none-soft);
    color: var(--none);
  }
  .glance.low {
    background: var(--low-soft);
    color: var(--low);
  }
  .glance.medium {
    background: var(--medium-soft);
    color: var(--medium);
  }
  .glance.high {
    background: var(--high-soft);
    color: var(--high);
  }
  .heading {
    margin-bottom: 0.6rem;
  }
  .troubles li {
    display: flex;
    gap: 0.6rem;
    padding: 0.25rem 0;
  }
  .troubles .icon {
    color: var(--medium);
    margin-top: 0.1rem;
  }
  .troubles + p {
    margin-top: 0.5rem;
  }
  .figures {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(12rem, 1fr));
    gap: 0.9rem;
  }
  .figures > div {
    background: var(--card);
    border: 1px solid var(--line);
    border-radius: var(--radius);
    box-shadow: var(--shadow);
    padding: 0.85rem 1.1rem;
  }
  .figures dt {
    color: var(--soft);
    font-size: 0.9rem;
  }
  .figures .whole {
    display: inline-block;
    max-width: 100%;
  }
  .figures b {
    font-size: 1.5rem;
    font-weight: 650;
    font-variant-numeric: tabular-nums;
  }
  @media (max-width: 34rem) {
    .glance {
      padding: 1.2rem 1.1rem;
      gap: 0.9rem;
      align-items: flex-start;
    }
    .glance > .icon {
      width: 2.4rem;
      height: 2.4rem;
    }
    .glance h1 {
      font-size: 1.4rem;
    }
    .figures {
      grid-template-columns: repeat(2, minmax(0, 1fr));
    }
  }
`
